[
  (contact_item)
  (enum_item)
  (event_item)
  (segment_item)
  (score_item)
  (lifecycle_item)
  (topic_item)
  (message_item)
  (limits_item)
  (sequence_item)
  (calendar_item)
  (team_item)
  (sla_item)
  (retired_item)
  (test_item)
  (bands_clause)
  (block)
  (wait_arms)
  (choose_step)
  (split_step)
  (arguments)
  (test_fields)
] @fold

(comment)+ @fold
(doc_comment)+ @fold
