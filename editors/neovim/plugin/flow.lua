-- Starts `flow lsp` for projects, with what each version of Neovim offers, from 0.7 on.

if vim.g.loaded_flow then
  return
end
vim.g.loaded_flow = true

--- The folder with `flow.toml` above a file; the file's own when there is none.
local function root(file)
  local folder = vim.fn.fnamemodify(file, ':p:h')
  local found = vim.fn.findfile('flow.toml', folder .. ';')
  return found == '' and folder or vim.fn.fnamemodify(found, ':p:h')
end

local function config(file)
  local folder = root(file)
  return {
    name = 'flow',
    cmd = { vim.g.flow_path or 'flow', 'lsp' },
    root_dir = folder,
    workspace_folders = { { uri = vim.uri_from_fname(folder), name = folder } },
  }
end

--- Clients by the folder of their project, where Neovim does not keep account itself.
local started = {}

local function attach(buffer)
  local file = vim.api.nvim_buf_get_name(buffer)
  if file == '' then
    return
  end
  if vim.lsp.start then
    vim.lsp.start(config(file), { bufnr = buffer })
    return
  end
  local wanted = config(file)
  wanted.on_exit = function()
    started[wanted.root_dir] = nil
  end
  started[wanted.root_dir] = started[wanted.root_dir] or vim.lsp.start_client(wanted)
  if started[wanted.root_dir] then
    vim.lsp.buf_attach_client(buffer, started[wanted.root_dir])
  end
end

if vim.lsp.enable then
  vim.lsp.enable('flow')
else
  vim.api.nvim_create_autocmd('FileType', {
    pattern = 'flow',
    callback = function(event)
      attach(event.buf)
    end,
  })
end

--- The client of a buffer.
local function client_of(buffer)
  for _, client in pairs((vim.lsp.get_clients or vim.lsp.get_active_clients)()) do
    if client.name == 'flow' and vim.lsp.buf_is_attached(buffer, client.id) then
      return client
    end
  end
end

local function ask(client, method, params, answered)
  local function handler(err, result)
    if err then
      vim.notify(err.message, vim.log.levels.ERROR)
    elseif result then
      answered(result)
    end
  end
  -- A method since 0.11, a plain function before.
  if vim.fn.has('nvim-0.11') == 1 then
    client:request(method, params, handler)
  else
    client.request(method, params, handler)
  end
end

local function show(lines, filetype)
  vim.lsp.util.open_floating_preview(lines, filetype, { border = 'rounded', focus_id = 'flow', wrap = false })
end

-- What the lenses above items do.

vim.lsp.commands['flow.showReferences'] = function(command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  local items = vim.lsp.util.locations_to_items(command.arguments[3], client and client.offset_encoding or 'utf-16')
  vim.fn.setqflist({}, ' ', { title = command.title, items = items })
  vim.cmd('botright copen')
end

local function run_test(client, uri, name)
  ask(client, 'workspace/executeCommand', { command = 'flow.runTest', arguments = { uri, name } }, function(result)
    show(vim.split(result.text, '\n', { plain = true }), '')
  end)
end

vim.lsp.commands['flow.runTest'] = function(command, context)
  run_test(vim.lsp.get_client_by_id(context.client_id), command.arguments[1], command.arguments[2])
end

--- The picture of an item, written to a file and handed to the system's viewer.
local function show_graph(client, uri, position)
  ask(client, 'flow/graph', { textDocument = { uri = uri }, position = position }, function(picture)
    local file = vim.fn.tempname() .. '.svg'
    vim.fn.writefile(vim.split(picture.svg, '\n', { plain = true }), file)
    if vim.ui.open then
      vim.ui.open(file)
    else
      vim.fn.jobstart({ vim.fn.has('mac') == 1 and 'open' or 'xdg-open', file }, { detach = true })
    end
  end)
end

vim.lsp.commands['flow.showGraph'] = function(command, context)
  show_graph(vim.lsp.get_client_by_id(context.client_id), command.arguments[1], command.arguments[2])
end

vim.api.nvim_create_user_command('FlowGraph', function()
  local client = client_of(0)
  if client then
    local params = vim.lsp.util.make_position_params(0, client.offset_encoding)
    show_graph(client, params.textDocument.uri, params.position)
  end
end, { desc = 'A picture of the item at the cursor' })

vim.api.nvim_create_user_command('FlowTest', function()
  local client = client_of(0)
  local line = vim.fn.search([[^\l\+\>]], 'bcnW')
  local name = line > 0 and vim.fn.getline(line):match('^test%s+"(.*)"')
  if client and name then
    run_test(client, vim.uri_from_bufnr(0), (name:gsub('\\(.)', '%1')))
  end
end, { desc = 'Run the test at the cursor' })

vim.api.nvim_create_user_command('FlowExplain', function(command)
  local client = client_of(0)
  if client then
    ask(client, 'flow/explain', { code = command.args }, function(page)
      show(vim.split(page.markdown, '\n', { plain = true }), 'markdown')
    end)
  end
end, { nargs = 1, desc = 'The page of a code or a word' })
