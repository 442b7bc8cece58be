if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=FlowIndent() indentkeys=0{,0},0],0),!^F,o,O
let b:undo_indent = 'setlocal indentexpr< indentkeys<'

if exists('*FlowIndent')
  finish
endif

" Brackets of a line that are not closed on it, without those in texts and comments.
function s:Open(line) abort
  let l:text = substitute(a:line, '"\%(\\.\|[^"\\]\)*"\|//.*$', '', 'g')
  return len(substitute(l:text, '[^{[(]', '', 'g')) - len(substitute(l:text, '[^])}]', '', 'g'))
endfunction

" What narrows `enter` stands further in.
function s:Narrows(line) abort
  return a:line =~# '^\s*\%(key\|unless\)\s\+\k'
endfunction

function FlowIndent() abort
  let l:before = prevnonblank(v:lnum - 1)
  if l:before == 0
    return 0
  endif
  let l:steps = s:Open(getline(l:before)) > 0 ? 1 : 0
  " A line that begins with what closes was moved out already.
  if s:Open(getline(l:before)) < 0 && getline(l:before) !~# '^\s*[])}]'
    let l:steps -= 1
  endif
  if getline(v:lnum) =~# '^\s*[])}]'
    let l:steps -= 1
  endif
  let l:steps += s:Narrows(getline(v:lnum)) - s:Narrows(getline(l:before))
  return max([0, indent(l:before) + l:steps * shiftwidth()])
endfunction
