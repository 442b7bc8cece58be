//! Tells Zed how the language server of Flowline is started: `flow lsp`, from the user's path.

use zed_extension_api::settings::LspSettings;
use zed_extension_api::{self as zed, Command, LanguageServerId, Result, Worktree};

struct Flow;

impl zed::Extension for Flow {
    fn new() -> Self {
        Self
    }

    fn language_server_command(&mut self, server: &LanguageServerId, worktree: &Worktree) -> Result<Command> {
        let set = LspSettings::for_worktree(server.as_ref(), worktree).ok().and_then(|settings| settings.binary);
        let command = set.and_then(|binary| binary.path).or_else(|| worktree.which("flow"));
        let command = command.ok_or("`flow` is not on the path; `lsp.flow.binary.path` in the settings can name it")?;
        Ok(Command { command, args: vec!["lsp".to_owned()], env: worktree.shell_env() })
    }
}

zed::register_extension!(Flow);
