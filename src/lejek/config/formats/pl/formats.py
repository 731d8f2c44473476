"""Dates and times as they are written in Polish."""

DATE_FORMAT = "j E Y"
SHORT_DATE_FORMAT = "d.m.Y"
SHORT_DATETIME_FORMAT = "d.m.Y H:i"
DATETIME_FORMAT = "j E Y H:i"
