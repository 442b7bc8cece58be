((comment) @injection.content
  (#set! injection.language "comment"))

((doc_comment) @injection.content
  (#set! injection.language "comment"))

; What `matches` takes is a regular expression.
((binary_expression
  "matches"
  right: (string (string_content) @injection.content))
  (#set! injection.language "regex"))
