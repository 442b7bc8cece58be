; The contacts of a test are known in that test alone; all other names are known in the whole project.

(test_item) @local.scope

(test_contact name: (identifier) @local.definition.var)

(does_event contact: (identifier) @local.reference)
(sets_event contact: (identifier) @local.reference)
(channel_event contact: (identifier) @local.reference)
(consent_event contact: (identifier) @local.reference)
(expectation contact: (identifier) @local.reference)
(merge contact: (identifier) @local.reference)
