; No two patterns are about the same node, so that it does not matter whether the first or the last one wins.

; The world

(enum_item name: (identifier) @type.definition)
(enum_value (identifier) @constant)
(event_item name: (identifier) @type.definition)
(wire_name (identifier) @string.special)
(field name: (identifier) @property)
((type (identifier) @type.builtin)
  (#any-of? @type.builtin <<type:quoted>>))
((type (identifier) @type)
  (#not-any-of? @type <<type:quoted>>))
(field_modifier connector: (identifier) @module)

; Names of items

(segment_item name: (identifier) @type.definition)
(score_item name: (identifier) @type.definition)
(lifecycle_item name: (identifier) @type.definition)
(topic_item name: (identifier) @type.definition)
(message_item name: (identifier) @type.definition)
(sequence_item name: (identifier) @type.definition)
(calendar_item name: (identifier) @type.definition)
(team_item name: (identifier) @type.definition)
(sla_item name: (identifier) @type.definition)
(test_item name: (string (string_content) @string.special))
(test_contact name: (identifier) @variable.parameter)

; What they are called elsewhere

(path . (identifier) @variable)
(path "." (identifier) @variable.member)
(address (identifier) @variable)
(sequence_clause key: (identifier) @variable.member)
(score_rule field: (identifier) @variable.member)

(event_reference event: (identifier) @type)
(event_reference message: (identifier) @type)
(aggregate function: (identifier) @function.builtin)
(aggregate event: (identifier) @type)
(aggregate message: (identifier) @type)
(aggregate field: (identifier) @variable.member)
(since_last event: (identifier) @type)
(score_reference score: (identifier) @type)
(score_reference part: (identifier) @variable.member)
(stage_test lifecycle: (identifier) @type)
(group_test group: (identifier) @type)
(membership_trigger segment: (identifier) @type)
(membership_trigger lifecycle: (identifier) @type)
(band_trigger score: (identifier) @type)
(send_step message: (identifier) @type)
(emit_step event: (identifier) @type)
(enroll_step sequence: (identifier) @type)
(notify_step team: (identifier) @type)
(message_item topic: (identifier) @type)
(message_item channel: (identifier) @module)
(cap_clause channel: (identifier) @module)
(team_item connector: (identifier) @module)
(action connector: (identifier) @module)
(action action: (identifier) @function)
(set_step field: (identifier) @variable.member)
(set_step topic: (identifier) @type)
(sla_clause calendar: (identifier) @type)
(argument name: (identifier) @property)
(labelled_step label: (identifier) @label)
(split_step name: (identifier) @label)
(split_arm name: (identifier) @label)
(band name: (identifier) @constant)
(stage) @constant
(band_name) @constant
(constant) @constant

; Tests

(test_field name: (identifier) @property)
(does_event contact: (identifier) @variable.parameter)
(does_event event: (identifier) @type)
(sets_event contact: (identifier) @variable.parameter)
(channel_event contact: (identifier) @variable.parameter)
(channel_event message: (identifier) @type)
(consent_event contact: (identifier) @variable.parameter)
(consent_event topic: (identifier) @type)
(expectation contact: (identifier) @variable.parameter)
(expectation message: (identifier) @type)
(expectation sla: (identifier) @type)
(expectation team: (identifier) @type)
(merge (identifier) @variable.parameter)
(varies (identifier) @variable)

; Words

[<<item:quoted>>] @keyword

[<<step+clause+inner+!item+!operator:quoted>>] @keyword

[<<operator:quoted>>] @keyword.operator

(exit_step) @keyword
(boolean) @boolean
(day) @constant.builtin

; Literals

(string "\"" @string)
(escape_sequence) @string.escape
[(number) (percentage) (money) (points)] @number
[(duration) (date) (datetime) (clock)] @number

; Templates

(interpolation ["{{" "}}"] @punctuation.special)
(template_tag ["{%" "%}"] @punctuation.special)
(template_path) @variable.member
(template_filter) @function.builtin
(template_string) @string.special
(template_number) @number
(template_comment) @comment

; Signs

["{" "}" "(" ")" "[" "]"] @punctuation.bracket
["," ":" "." ".."] @punctuation.delimiter
["->" "==" "!=" "<" "<=" ">" ">=" "??" "+" "-" "*" "/" "?"] @operator

(comment) @comment
(doc_comment) @comment.documentation
