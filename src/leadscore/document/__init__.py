"""Model documents: YAML or JSON to a scoring model and back, without loss.

In: text. Out: a frozen model and everything that is wrong or doubtful in it; or a model's text.
"""

from leadscore.document.reading import Reading, load_model, read_model
from leadscore.document.writing import as_data, write_json, write_yaml

__all__ = ["Reading", "as_data", "load_model", "read_model", "write_json", "write_yaml"]
