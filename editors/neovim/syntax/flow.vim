" Highlighting where there is no tree-sitter. What is broken is shown by the language server.

if exists('b:current_syntax')
  finish
endif

syntax case match
syntax iskeyword @,48-57,_,192-255,-

syntax keyword flowStep call choose emit enroll exit notify send set split wait
syntax keyword flowClause again bands body breach channel consent enter except expect goal half-life holdout key merge met on once otherwise pause per priority quiet range remind stages start step subject target timeout track transactional unless varies webhook when zone
syntax keyword flowInner add after ago anonymous any as at becomes best between bounced breached by called capped clear clicked complained continue decay delivered does dropped else entered entry existing file finish flight for from granted held id if into least left local machine most no notified of opened personal remove running sent sets since skip stage subscribes then time times to unique unsubscribes until up where while withdrawn within
syntax match flowOperator /\<\%(and\|contains\|did\|ends\|ever\|in\|is\|matches\|never\|not\|or\|starts\|with\)\>/
syntax keyword flowConstant false fri mon sat sun thu true tue wed weekday weekend

" Words that are something else elsewhere.
syntax match flowInner /\<\%(email\|text\)\ze\s\+\%("\|file\>\)/
syntax match flowInner /\<last\>/
syntax match flowInner /\%(^\)\@<!\<\%(calendar\|contact\|enum\|event\|lifecycle\|limits\|message\|moved\|retired\|score\|segment\|sequence\|sla\|team\|test\|topic\)\>\ze\s\+\k/
syntax match flowFunction /\<\%(avg\|count\|distinct\|first\|last\|max\|min\|sum\)\ze\s*(/
syntax match flowMember /\.\@<=\k\+/
syntax match flowProperty /\<\k\+\ze\s*:/
syntax match flowType /\%(:\s*\%(set\s\+of\s\+\)\?\)\@<=\<\%(bool\|country\|date\|datetime\|duration\|email\|int\|money\|number\|percent\|phone\|text\|timezone\|url\)\>/

syntax match flowItem /^\%(calendar\|contact\|enum\|event\|lifecycle\|limits\|message\|moved\|retired\|score\|segment\|sequence\|sla\|team\|test\|topic\)\>/ nextgroup=flowName skipwhite
syntax match flowName /\k\+/ contained
syntax match flowNotYet /^\%(attribution\|content\|experiment\|form\|predict\|sync\|utm\)\>/

syntax match flowNumber /\<\d\+\%(\.\d\+\)\?\%(\s*%\|[smh]\>\|\s\+\%(day\|days\|h\|m\|month\|months\|s\|week\|weeks\|year\|years\)\>\|\s\+\u\{3}\>\)\?/
syntax match flowNumber /\<\d\{4}-\d\d-\d\d\%(T\d\{1,2}:\d\d\%(:\d\d\)\?\%(Z\|[+-]\d\d:\d\d\)\?\)\?/
syntax match flowNumber /\<\d\{1,2}:\d\d\%(:\d\d\)\?\>/
syntax match flowSign /->\|[=!<>]=\|??\|[<>*?]/

syntax region flowText start=/"/ skip=/\\./ end=/"/ oneline contains=flowEscape,flowTemplate
syntax match flowEscape /\\["\\nt]/ contained
syntax region flowTemplate matchgroup=flowSpecial start=/{{/ end=/}}/ contained oneline contains=flowFilter,flowQuoted
syntax region flowTemplate matchgroup=flowSpecial start=/{%/ end=/%}/ contained oneline contains=flowFilter,flowQuoted
syntax match flowFilter /|\s*\zs\k\+/ contained
syntax match flowQuoted /'[^']*'/ contained

syntax match flowComment +//.*$+ contains=@Spell
syntax match flowDoc +///\%([^/].*\)\?$+ contains=@Spell

highlight default link flowItem Structure
highlight default link flowName Type
highlight default link flowStep Statement
highlight default link flowClause Keyword
highlight default link flowInner Keyword
highlight default link flowOperator Operator
highlight default link flowSign Operator
highlight default link flowConstant Constant
highlight default link flowFunction Function
highlight default link flowType Type
highlight default link flowMember Identifier
highlight default link flowProperty Identifier
highlight default link flowNotYet Todo
highlight default link flowNumber Number
highlight default link flowText String
highlight default link flowEscape SpecialChar
highlight default link flowTemplate Identifier
highlight default link flowSpecial Special
highlight default link flowFilter Function
highlight default link flowQuoted String
highlight default link flowComment Comment
highlight default link flowDoc SpecialComment

let b:current_syntax = 'flow'
