;;; flow-words.el --- The words of the Flow language  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Made from the table of the compiler.

;;; Code:

(defconst flow-words-items
  '("calendar" "contact" "enum" "event" "lifecycle" "limits" "message" "moved" "retired" "score" "segment" "sequence" "sla" "team" "test" "topic")
  "Words that begin an item.")

(defconst flow-words-steps
  '("call" "choose" "emit" "enroll" "exit" "notify" "send" "set" "split" "wait")
  "Words that begin a step.")

(defconst flow-words-clauses
  '("add" "after" "again" "ago" "anonymous" "any" "as" "at" "bands" "becomes" "best" "between" "body" "bounced" "breach" "breached" "by" "called" "capped" "channel" "clear" "clicked" "complained" "consent" "continue" "decay" "delivered" "does" "dropped" "else" "enter" "entered" "entry" "except" "existing" "expect" "file" "finish" "flight" "for" "from" "goal" "granted" "half-life" "held" "holdout" "id" "if" "into" "key" "least" "left" "local" "machine" "merge" "met" "most" "no" "notified" "of" "on" "once" "opened" "otherwise" "pause" "per" "personal" "priority" "quiet" "range" "remind" "remove" "running" "sent" "sets" "since" "skip" "stage" "stages" "start" "step" "subject" "subscribes" "target" "then" "time" "timeout" "times" "to" "track" "transactional" "unique" "unless" "unsubscribes" "until" "up" "varies" "webhook" "when" "where" "while" "withdrawn" "within" "zone")
  "Words that begin a clause or stand inside one.")

(defconst flow-words-operators
  '("and" "contains" "did" "ends" "ever" "in" "is" "matches" "never" "not" "or" "starts" "with")
  "Operators in letters, and the words of behaviour.")

(defconst flow-words-constants
  '("false" "fri" "mon" "sat" "sun" "thu" "true" "tue" "wed" "weekday" "weekend")
  "Constants and days of the week.")

(defconst flow-words-units
  '("day" "days" "h" "m" "month" "months" "s" "week" "weeks" "year" "years")
  "Units of time.")

(defconst flow-words-types
  '("bool" "country" "date" "datetime" "duration" "email" "int" "money" "number" "percent" "phone" "text" "timezone" "url")
  "Types of fields.")

(defconst flow-words-functions
  '("avg" "count" "distinct" "first" "last" "max" "min" "sum")
  "Functions over events.")

(provide 'flow-words)
;;; flow-words.el ends here
