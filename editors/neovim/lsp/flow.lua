-- For Neovim 0.11 and later, which look here for `vim.lsp.enable('flow')`.
return {
  cmd = { vim.g.flow_path or 'flow', 'lsp' },
  filetypes = { 'flow' },
  root_markers = { 'flow.toml' },
}
