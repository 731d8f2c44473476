"""An XLSX workbook as CSV, made row by row in a limited process of its own.

In: the path of a workbook. Out: its first sheet that has rows, as UTF-8 with commas; neither the
sheet nor its texts are held in memory. Nothing here knows of Django: the process starts quickly.
"""

from lejek.identity.workbooks.limited import Progress, to_csv
from lejek.identity.workbooks.package import UnsafeWorkbook, look_into

__all__ = ["Progress", "UnsafeWorkbook", "look_into", "to_csv"]
