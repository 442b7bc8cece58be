(contact_item "contact" @name) @item
(limits_item "limits" @name) @item
(enum_item "enum" @context name: (identifier) @name) @item
(event_item "event" @context name: (identifier) @name) @item
(segment_item "segment" @context name: (identifier) @name) @item
(score_item "score" @context name: (identifier) @name) @item
(lifecycle_item "lifecycle" @context name: (identifier) @name) @item
(topic_item "topic" @context name: (identifier) @name) @item
(message_item "message" @context name: (identifier) @name) @item
(sequence_item "sequence" @context name: (identifier) @name) @item
(calendar_item "calendar" @context name: (identifier) @name) @item
(team_item "team" @context name: (identifier) @name) @item
(sla_item "sla" @context name: (identifier) @name) @item
(test_item "test" @context name: (string (string_content) @name)) @item

(doc_comment) @annotation
