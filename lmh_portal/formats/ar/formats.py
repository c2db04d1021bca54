"""Arabic dates with the digits that Swedish authorities' Arabic texts use."""

DATE_FORMAT = "j F Y"
TIME_FORMAT = "H:i"
YEAR_MONTH_FORMAT = "F Y"
