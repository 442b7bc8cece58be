(sequence_item) @class.around
(segment_item) @class.around
(score_item) @class.around
(lifecycle_item) @class.around
(message_item) @class.around
(event_item) @class.around
(contact_item) @class.around
(sla_item) @class.around

(wait_step) @function.around
(choose_step) @function.around
(split_step) @function.around
(block) @function.inside

(test_item) @test.around
(argument) @parameter.around
(test_field) @parameter.around

(comment)+ @comment.around
(doc_comment)+ @comment.around
