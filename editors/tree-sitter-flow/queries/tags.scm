(enum_item name: (identifier) @name) @definition.enum
(event_item name: (identifier) @name) @definition.type
(segment_item name: (identifier) @name) @definition.constant
(score_item name: (identifier) @name) @definition.constant
(lifecycle_item name: (identifier) @name) @definition.enum
(topic_item name: (identifier) @name) @definition.constant
(message_item name: (identifier) @name) @definition.constant
(sequence_item name: (identifier) @name) @definition.function
(calendar_item name: (identifier) @name) @definition.constant
(team_item name: (identifier) @name) @definition.constant
(sla_item name: (identifier) @name) @definition.function
(test_item name: (string (string_content) @name)) @definition.function

(event_reference event: (identifier) @name) @reference.type
(group_test group: (identifier) @name) @reference.constant
(score_reference score: (identifier) @name) @reference.constant
(send_step message: (identifier) @name) @reference.constant
(emit_step event: (identifier) @name) @reference.type
(enroll_step sequence: (identifier) @name) @reference.call
