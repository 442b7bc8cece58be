;;; flow-mode.el --- Major mode for the Flow language  -*- lexical-binding: t; -*-

;; SPDX-License-Identifier: MIT OR Apache-2.0
;; Version: 0.1.0
;; Package-Requires: ((emacs "26.1"))
;; Keywords: languages

;;; Commentary:

;; Highlighting, indentation, an index of items, and the language server
;; `flow lsp' through Eglot, which is part of Emacs since 29.

;;; Code:

(require 'flow-words)
(require 'imenu)

(defgroup flow nil
  "Marketing automation as code."
  :group 'languages
  :prefix "flow-")

(defcustom flow-command "flow"
  "The command `flow', by name or as a path."
  :type 'string)

(defcustom flow-indent-offset 2
  "Spaces for what stands inside."
  :type 'integer
  :safe #'integerp)

(defvar flow-mode-syntax-table
  (let ((table (make-syntax-table)))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?\n ">" table)
    (modify-syntax-entry ?\" "\"" table)
    (modify-syntax-entry ?\\ "\\" table)
    (modify-syntax-entry ?' "." table)
    (modify-syntax-entry ?_ "_" table)
    (modify-syntax-entry ?- "." table)
    table)
  "Syntax table of `flow-mode'.")

(defconst flow-font-lock-keywords
  (let ((name "\\_<[[:alpha:]_][[:alnum:]_]*\\_>"))
    `(("///\\(?:[^/\n].*\\)?$" 0 font-lock-doc-face t)
      ("{{[^}\n]*}}\\|{%[^%\n]*%}" 0 font-lock-preprocessor-face prepend)
      (,(concat "^" (regexp-opt flow-words-items t) "\\_>[ \t]*\\(" name "\\)?")
       (1 font-lock-keyword-face)
       (2 font-lock-type-face nil t))
      (,(concat "\\.\\(" name "\\)") 1 font-lock-variable-name-face)
      (,(concat "\\(" name "\\)[ \t]*:") 1 font-lock-variable-name-face)
      (,(concat ":[ \t]*\\(?:set[ \t]+of[ \t]+\\)?" (regexp-opt flow-words-types t) "\\_>")
       1 font-lock-type-face)
      (,(concat "\\_<" (regexp-opt flow-words-functions t) "[ \t]*(") 1 font-lock-builtin-face)
      ("\\([+-][ \t]*[0-9.]+\\)[ \t]+\\(?:when\\|on\\)\\_>" 1 font-lock-constant-face)
      (,(concat "\\_<[0-9]\\{4\\}-[0-9][0-9]-[0-9][0-9]\\(?:T[0-9:.]+\\(?:Z\\|[+-][0-9:]+\\)?\\)?"
                "\\|\\_<[0-9]\\{1,2\\}:[0-9][0-9]\\(?::[0-9][0-9]\\)?\\_>")
       0 font-lock-constant-face)
      (,(concat "\\_<[0-9]+\\(?:\\.[0-9]+\\)?\\(?:[smh]\\|[ \t]+"
                (regexp-opt (seq-filter (lambda (unit) (> (length unit) 1)) flow-words-units))
                "\\|[ \t]*%\\|[ \t]+[A-Z]\\{3\\}\\)?\\_>")
       0 font-lock-constant-face)
      (,(regexp-opt flow-words-constants 'symbols) 0 font-lock-constant-face)
      ("\\_<half-life\\_>" 0 font-lock-keyword-face)
      (,(regexp-opt flow-words-steps 'symbols) 0 font-lock-keyword-face)
      (,(regexp-opt flow-words-operators 'symbols) 0 font-lock-builtin-face)
      (,(regexp-opt flow-words-clauses 'symbols) 0 font-lock-keyword-face)
      (,(concat (regexp-opt flow-words-items 'symbols) "[ \t]+[[:alpha:]_]") 1 font-lock-keyword-face)))
  "What is highlighted in `flow-mode' besides texts and comments.")

(defun flow-indent-line ()
  "Indent the line as deep as brackets are open before it."
  (interactive)
  (let* ((depth (save-excursion
                  (back-to-indentation)
                  (let ((open (car (syntax-ppss))))
                    (cond ((looking-at "[])}]") (1- open))
                          ;; What narrows `enter' stands further in.
                          ((looking-at "\\(?:key\\|unless\\)[ \t]+[[:alnum:]]") (1+ open))
                          (t open)))))
         (column (* flow-indent-offset (max 0 depth)))
         (behind (- (current-column) (current-indentation))))
    (indent-line-to column)
    (when (> behind 0)
      (forward-char behind))))

(defconst flow-imenu-expression
  (mapcar (lambda (item)
            (list (capitalize item)
                  (concat "^" item "[ \t]+\\(?:\"\\([^\"\n]*\\)\"\\|\\([[:alnum:]_]+\\)\\)")
                  (if (string= item "test") 1 2)))
          flow-words-items)
  "The items of a file for `imenu'.")

;;;###autoload
(define-derived-mode flow-mode prog-mode "Flow"
  "Major mode for the Flow language."
  (setq-local comment-start "// ")
  (setq-local comment-start-skip "//+[ \t]*")
  (setq-local comment-end "")
  (setq-local indent-tabs-mode nil)
  (setq-local indent-line-function #'flow-indent-line)
  (setq-local fill-column 100)
  (setq-local electric-indent-chars (append "{}()[]" electric-indent-chars))
  (setq-local imenu-generic-expression flow-imenu-expression)
  (setq-local font-lock-defaults '(flow-font-lock-keywords)))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.flow\\'" . flow-mode))

(defvar eglot-server-programs)

(defun flow-server-command (&optional _interactive &rest _)
  "The command line of the language server."
  (list flow-command "lsp"))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs '(flow-mode . flow-server-command)))

(provide 'flow-mode)
;;; flow-mode.el ends here
