" Highlighting where there is no tree-sitter. What is broken is shown by the language server.

if exists('b:current_syntax')
  finish
endif

syntax case match
syntax iskeyword @,48-57,_,192-255,-

" Words first: what is found further below is stronger where both fit.
syntax match flowInner /\<\%(add\|after\|again\|ago\|anonymous\|any\|as\|at\|bands\|becomes\|best\|between\|body\|bounced\|breach\|breached\|by\|called\|capped\|channel\|clear\|clicked\|complained\|consent\|continue\|decay\|delivered\|does\|dropped\|else\|enter\|entered\|entry\|except\|existing\|expect\|file\|finish\|flight\|for\|from\|goal\|granted\|half-life\|held\|holdout\|id\|if\|into\|key\|least\|left\|local\|machine\|merge\|met\|most\|no\|notified\|of\|on\|once\|opened\|otherwise\|pause\|per\|personal\|priority\|quiet\|range\|remind\|remove\|running\|sent\|sets\|since\|skip\|stage\|stages\|start\|step\|subject\|subscribes\|target\|then\|time\|timeout\|times\|to\|track\|transactional\|unique\|unless\|unsubscribes\|until\|up\|varies\|webhook\|when\|where\|while\|withdrawn\|within\|zone\)\>/
syntax match flowInner /\<last\>/
syntax match flowInner /\%(^\)\@<!\<\%(calendar\|contact\|enum\|event\|lifecycle\|limits\|message\|moved\|retired\|score\|segment\|sequence\|sla\|team\|test\|topic\)\>\ze\s\+\k/
syntax match flowInner /\%(^\s\+\|^team\>.*{\s*\)\@<=\%(email\|text\)\ze\s\+\%("\|file\>\)/
syntax match flowStep /\<\%(call\|choose\|emit\|enroll\|exit\|notify\|send\|set\|split\|wait\)\>/
syntax match flowOperator /\<\%(and\|contains\|did\|ends\|ever\|in\|is\|matches\|never\|not\|or\|starts\|with\)\>/
syntax match flowConstant /\<\%(false\|fri\|mon\|sat\|sun\|thu\|true\|tue\|wed\|weekday\|weekend\)\>/
syntax match flowFunction /\<\%(avg\|count\|distinct\|first\|last\|max\|min\|sum\)\ze\s*(/

" Words that are names where they stand.
syntax match flowMember /\%(\.\.\)\@<!\.\@<=\k\+/
syntax match flowProperty /\<\k\+\ze\s*:/
syntax match flowPlain /\%([=<>]\s*\)\@<=\<key\>/
syntax match flowPlain /\%(\%(\<on\|\<did\|\<goal\|,\|(\)\s*\)\@<=\%(delivered\|opened\|clicked\|bounced\|complained\)\>/
syntax match flowPlain /\%(\%(held\|dropped\)\s\+\k\+\s\+by\s\+\)\@<=\k\+/
syntax match flowInner /\<when\s\+capped\>/
syntax match flowType /\%(:\s*\%(set\s\+of\s\+\)\?\)\@<=\<\%(bool\|country\|date\|datetime\|duration\|email\|int\|money\|number\|percent\|phone\|text\|timezone\|url\)\>/
syntax region flowFields matchgroup=NONE start=/\%(\<does\s\+\k\+\s*\|\<sets\s*\|\<contact\s\+\k\+\s*\)\@<={/ end=/}/ contains=flowText,flowNumber,flowConstant,flowComment

syntax match flowItem /^\%(calendar\|contact\|enum\|event\|lifecycle\|limits\|message\|moved\|retired\|score\|segment\|sequence\|sla\|team\|test\|topic\)\>/ nextgroup=flowName skipwhite
syntax match flowName /\k\+/ contained
syntax match flowNotYet /^\%(attribution\|content\|experiment\|form\|predict\|sync\|utm\)\>/

syntax match flowNumber /\<\d\+\%(\.\d\+\)\?\%(\s*%\|[smh]\>\|\s\+\%(day\|days\|h\|m\|month\|months\|s\|week\|weeks\|year\|years\)\>\|\s\+\u\{3}\>\)\?/
syntax match flowNumber /[+-]\s*\d\+\%(\.\d\+\)\?\ze\s\+\%(when\|on\)\>/
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
