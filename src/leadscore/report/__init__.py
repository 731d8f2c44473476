"""What a model reaches on held-out leads, for readers: in a terminal and as a page.

In: an `Evaluation`. Out: printed tables, or one HTML page that needs nothing but itself.
"""

from leadscore.report.evaluation import Evaluation, ListedLead
from leadscore.report.page import page
from leadscore.report.terminal import show
from leadscore.report.texts import Lang

__all__ = ["Evaluation", "Lang", "ListedLead", "page", "show"]
