// The words that the scanner has to know.
#define FLOW_ITEMS "calendar", "contact", "enum", "event", "lifecycle", "limits", "message", "moved", "retired", "score", "segment", "sequence", "sla", "team", "test", "topic"
#define FLOW_UNITS "day", "days", "h", "m", "month", "months", "s", "week", "weeks", "year", "years"
