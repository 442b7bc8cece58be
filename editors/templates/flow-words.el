;;; flow-words.el --- The words of the Flow language  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0

;;; Commentary:

;; Made from the table of the compiler.

;;; Code:

(defconst flow-words-items
  '(<<item:quoted>>)
  "Words that begin an item.")

(defconst flow-words-steps
  '(<<step:quoted>>)
  "Words that begin a step.")

(defconst flow-words-clauses
  '(<<clause+inner+!type+!function:quoted>>)
  "Words that begin a clause or stand inside one.")

(defconst flow-words-operators
  '(<<operator:quoted>>)
  "Operators in letters, and the words of behaviour.")

(defconst flow-words-constants
  '(<<constant+day:quoted>>)
  "Constants and days of the week.")

(defconst flow-words-units
  '(<<unit:quoted>>)
  "Units of time.")

(defconst flow-words-types
  '(<<type:quoted>>)
  "Types of fields.")

(defconst flow-words-functions
  '(<<function:quoted>>)
  "Functions over events.")

(provide 'flow-words)
;;; flow-words.el ends here
