//! What the server can do, as the client is told.

use gen_lsp_types::{
    CodeActionKind, CodeActionOptions, CodeLensOptions, CompletionOptions, DiagnosticOptions, DocumentLinkOptions,
    DocumentOnTypeFormattingOptions, ExecuteCommandOptions, InitializeResult, PositionEncodingKind, Save, SaveOptions,
    SemanticTokensOptions, ServerCapabilities, ServerInfo, SignatureHelpOptions, TextDocumentSyncKind,
    TextDocumentSyncOptions, WorkspaceFoldersServerCapabilities, WorkspaceOptions,
};

use super::client::Client;
use super::handlers;
use super::position::Encoding;

/// The answer to `initialize`.
pub(crate) fn initialized(client: &Client) -> InitializeResult {
    let info = ServerInfo { name: "flow".to_owned(), version: Some(env!("CARGO_PKG_VERSION").to_owned()) };
    InitializeResult { capabilities: capabilities(client), server_info: Some(info) }
}

fn capabilities(client: &Client) -> ServerCapabilities {
    let encoding = match client.encoding {
        Encoding::Utf8 => PositionEncodingKind::UTF8,
        Encoding::Utf16 => PositionEncodingKind::UTF16,
    };
    let sync = TextDocumentSyncOptions {
        open_close: Some(true),
        change: Some(TextDocumentSyncKind::Incremental),
        save: Some(Save::SaveOptions(SaveOptions { include_text: Some(false) })),
        ..TextDocumentSyncOptions::default()
    };
    let folders = WorkspaceFoldersServerCapabilities { supported: Some(true), change_notifications: Some(true.into()) };
    let problems = DiagnosticOptions {
        inter_file_dependencies: true,
        workspace_diagnostics: true,
        ..DiagnosticOptions::default()
    };
    let colours = SemanticTokensOptions {
        legend: handlers::semantic::legend(),
        range: Some(true.into()),
        full: Some(true.into()),
        ..SemanticTokensOptions::default()
    };
    ServerCapabilities {
        position_encoding: Some(encoding),
        text_document_sync: Some(sync.into()),
        diagnostic_provider: Some(problems.into()),
        completion_provider: Some(completion()),
        signature_help_provider: Some(signature()),
        code_action_provider: Some(actions().into()),
        hover_provider: Some(true.into()),
        definition_provider: Some(true.into()),
        references_provider: Some(true.into()),
        document_highlight_provider: Some(true.into()),
        document_symbol_provider: Some(true.into()),
        workspace_symbol_provider: Some(true.into()),
        rename_provider: Some(
            gen_lsp_types::RenameOptions { prepare_provider: Some(true), ..Default::default() }.into(),
        ),
        semantic_tokens_provider: Some(colours.into()),
        folding_range_provider: Some(true.into()),
        selection_range_provider: Some(true.into()),
        document_link_provider: Some(DocumentLinkOptions::default()),
        document_formatting_provider: Some(true.into()),
        document_range_formatting_provider: Some(true.into()),
        document_on_type_formatting_provider: Some(DocumentOnTypeFormattingOptions {
            first_trigger_character: "}".to_owned(),
            more_trigger_character: Some(vec!["\n".to_owned()]),
        }),
        inlay_hint_provider: Some(true.into()),
        code_lens_provider: Some(CodeLensOptions::default()),
        call_hierarchy_provider: Some(true.into()),
        execute_command_provider: Some(ExecuteCommandOptions {
            commands: vec![handlers::commands::RUN_TEST.to_owned()],
            ..ExecuteCommandOptions::default()
        }),
        workspace: Some(WorkspaceOptions { workspace_folders: Some(folders), ..WorkspaceOptions::default() }),
        ..ServerCapabilities::default()
    }
}

fn completion() -> CompletionOptions {
    CompletionOptions {
        trigger_characters: Some([".", " ", "\"", "/", "|", "{", "("].map(str::to_owned).to_vec()),
        resolve_provider: Some(true),
        ..CompletionOptions::default()
    }
}

fn signature() -> SignatureHelpOptions {
    SignatureHelpOptions { trigger_characters: Some(vec![" ".to_owned()]), ..SignatureHelpOptions::default() }
}

fn actions() -> CodeActionOptions {
    let kinds = [
        CodeActionKind::QuickFix,
        CodeActionKind::SourceFixAll,
        CodeActionKind::RefactorExtract,
        CodeActionKind::RefactorRewrite,
    ];
    CodeActionOptions { code_action_kinds: Some(kinds.to_vec()), ..CodeActionOptions::default() }
}
