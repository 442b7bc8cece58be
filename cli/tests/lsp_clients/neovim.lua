-- Neovim's own client, started by our plug-in, over a copy of an example: what one does with keys is done with its
-- functions here, and buffers are looked at afterwards. Works with 0.7 and later.

local function check(what, holds, detail)
  if not holds then
    error(what .. (detail and (': ' .. vim.inspect(detail)) or ''), 0)
  end
end

--- Waits until something holds, and gives it back.
local function wait(what, holds)
  local found
  vim.wait(20000, function()
    found = holds()
    return found
  end, 10)
  check('never: ' .. what, found)
  return found
end

local function client()
  local all = (vim.lsp.get_clients or vim.lsp.get_active_clients)()
  return all[1] and all[1].initialized and all[1] or nil
end

--- The cursor on a piece of text, so many characters into it.
local function go(piece, into)
  vim.fn.cursor(1, 1)
  check('`' .. piece .. '` is there', vim.fn.search([[\V]] .. piece, 'cW') > 0)
  local at = vim.api.nvim_win_get_cursor(0)
  vim.api.nvim_win_set_cursor(0, { at[1], at[2] + (into or 0) })
end

--- Another text in the place of a piece.
local function replace(piece, text)
  go(piece)
  local at = vim.api.nvim_win_get_cursor(0)
  vim.api.nvim_buf_set_text(0, at[1] - 1, at[2], at[1] - 1, at[2] + #piece, { text })
end

local function text(buffer)
  return table.concat(vim.api.nvim_buf_get_lines(buffer or 0, 0, -1, false), '\n')
end

--- What is wrong in the buffer, once that is so many things.
local function problems(count)
  return wait(count .. ' problems', function()
    local found = vim.diagnostic.get(0)
    return #found == count and found or nil
  end)
end

--- The text of what floats above the window.
local function floating()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      local shown = text(vim.api.nvim_win_get_buf(window))
      vim.api.nvim_win_close(window, true)
      return shown
    end
  end
end

--- The first answer to a question is taken.
vim.ui.select = function(items, _, chosen)
  chosen(items[1], 1)
end

local function mistakes()
  problems(0)
  replace('tags contains "reseller"', 'tags contains "🎉é" and itmes == 1')
  local found = problems(1)[1]
  local line = vim.fn.getline(found.lnum + 1)
  check('the place of a mistake behind an emoji', line:sub(found.col + 1, found.end_col) == 'itmes', found)
  check('its code', tostring(found.code):match('^F%d%d%d%d$') or found.user_data, found)
  replace(' and itmes == 1', '')
  problems(0)
end

local function reading()
  go('send cart_reminder', 7)
  vim.lsp.buf.hover()
  local shown = wait('what hovers', floating)
  check('what hovers', shown:find('cart_reminder', 1, true), shown)

  go('send cart_reminder', 7)
  vim.lsp.buf.definition()
  wait('the definition', function()
    return vim.api.nvim_buf_get_name(0):match('messages%.flow$')
  end)
  check('the cursor at the definition', vim.fn.expand('<cword>') == 'cart_reminder')
  vim.cmd('edit programs.flow')
end

local function renaming()
  go('send cart_reminder', 7)
  vim.lsp.buf.rename('cart_note')
  wait('the new name', function()
    return text():find('send cart_note\n', 1, true)
  end)
  check('no old name here', not text():find('%f[%w_]cart_reminder%f[^%w_]'))
  for name, piece in pairs({ ['messages.flow'] = 'message cart_note {', ['tests.flow'] = 'sent cart_note' }) do
    local buffer = vim.fn.bufnr(name)
    check(name .. ' is loaded', buffer > 0)
    check(name .. ' has the new name', text(buffer):find(piece, 1, true))
  end
  problems(0)
end

--- What one is offered while one writes, and what is put in order.
local function writing()
  local before = text()
  replace('where items > 0', 'where it')
  go('where it', 8)
  local params = vim.lsp.util.make_position_params(0, client().offset_encoding)
  local _, answer = next(vim.lsp.buf_request_sync(0, 'textDocument/completion', params, 10000))
  local offered = {}
  for _, item in ipairs(answer.result.items or answer.result) do
    offered[item.label] = item
  end
  check('`items` is offered', offered.items, vim.tbl_keys(offered))
  vim.lsp.util.apply_text_edits({ offered.items.textEdit }, vim.api.nvim_get_current_buf(), client().offset_encoding)
  check('`items` is put in', text():find('enter on cart_updated where items and', 1, true))
  replace('where items and', 'where items > 0 and')
  check('the text is as it was', text() == before)

  replace('  wait 1h', '        wait    1h')
  if vim.lsp.buf.format then
    vim.lsp.buf.format({ timeout_ms = 10000 })
  else
    vim.lsp.buf.formatting_sync(nil, 10000)
  end
  check('the layout is as it was', text() == before, text())

  replace('send welcome_story', 'send welcome_stry')
  problems(1)
  go('welcome_stry')
  vim.lsp.buf.code_action()
  wait('the mistake is mended', function()
    return text() == before
  end)
  problems(0)
end

local function main()
  vim.cmd('edit programs.flow')
  check('the type of the file', vim.bo.filetype == 'flow', vim.bo.filetype)
  check('its colours', vim.fn.exists('b:current_syntax') == 1)
  wait('the server', client)
  mistakes()
  reading()
  renaming()
  writing()
  vim.lsp.stop_client((vim.lsp.get_clients or vim.lsp.get_active_clients)())
  wait('the end of the server', function()
    return client() == nil
  end)
end

local fine, wrong = xpcall(main, debug.traceback)
if not fine then
  io.stderr:write(wrong, '\n', vim.fn.execute('messages'), '\n')
  vim.cmd('cquit')
end
vim.cmd('qall!')
