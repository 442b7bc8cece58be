// The words that the scanner has to know.
#define FLOW_ITEMS <<item:json>>
#define FLOW_UNITS <<unit:json>>
