//! Problems: told by the server, or asked for by the client.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};

use flow_compiler::diagnostic::{Code, Diagnostic, Label, Severity};
use flow_compiler::source::{FileId, FileKind};
use gen_lsp_types as lsp;

use super::super::position::Lines;
use super::super::uri;
use super::super::view::{Document, Refusal, View};
use super::super::world::{Project, World};
use crate::host::Host;
use crate::snapshot::Snapshot;

/// The problems of one document.
pub(crate) fn document(
    view: &View<'_>,
    params: &lsp::DocumentDiagnosticParams,
) -> Result<lsp::DocumentDiagnosticReport, Refusal> {
    let path = uri::path(&params.text_document.uri.0).unwrap_or_default();
    let found = view.world.find(&path).map(|(root, project, _)| of_project(view.world, root, project, view.host));
    view.alive()?;
    let items = found.and_then(|mut files| files.remove(&path)).unwrap_or_default();
    let id = fingerprint(&items);
    if params.previous_result_id.as_ref() == Some(&id) {
        let report = lsp::UnchangedDocumentDiagnosticReport { result_id: id };
        let report = lsp::RelatedUnchangedDocumentDiagnosticReport {
            related_documents: None,
            unchanged_document_diagnostic_report: report,
        };
        return Ok(report.into());
    }
    let report = lsp::FullDocumentDiagnosticReport { result_id: Some(id), items };
    Ok(lsp::RelatedFullDocumentDiagnosticReport { related_documents: None, full_document_diagnostic_report: report }
        .into())
}

/// The problems of all projects.
pub(crate) fn workspace(
    view: &View<'_>,
    params: &lsp::WorkspaceDiagnosticParams,
) -> Result<lsp::WorkspaceDiagnosticReport, Refusal> {
    let before: BTreeMap<&str, &str> =
        params.previous_result_ids.iter().map(|id| (id.uri.0.as_str(), id.value.as_str())).collect();
    let mut items: Vec<lsp::WorkspaceDocumentDiagnosticReport> = Vec::new();
    for (root, project) in &view.world.projects {
        view.alive()?;
        for (path, diagnostics) in of_project(view.world, root, project, view.host) {
            let open = view.world.open.get(&path);
            let uri = open.map_or_else(|| uri::of(&path), |open| open.uri.clone());
            let (id, version) = (fingerprint(&diagnostics), open.map(|open| open.version));
            items.push(if before.get(uri.0.as_str()) == Some(&id.as_str()) {
                let report = lsp::UnchangedDocumentDiagnosticReport { result_id: id };
                lsp::WorkspaceUnchangedDocumentDiagnosticReport {
                    uri,
                    version,
                    unchanged_document_diagnostic_report: report,
                }
                .into()
            } else {
                let report = lsp::FullDocumentDiagnosticReport { result_id: Some(id), items: diagnostics };
                lsp::WorkspaceFullDocumentDiagnosticReport { uri, version, full_document_diagnostic_report: report }
                    .into()
            });
        }
    }
    Ok(lsp::WorkspaceDiagnosticReport { items })
}

/// The problems of a project by file; an empty list for each file of which there is nothing to say.
pub(crate) fn of_project(
    world: &World,
    root: &Path,
    project: &Project,
    host: &dyn Host,
) -> BTreeMap<PathBuf, Vec<lsp::Diagnostic>> {
    let sources = &project.snapshot.sources;
    let mut convert = Convert { world, root, snapshot: &project.snapshot, host, lines: BTreeMap::new() };
    let mut files: BTreeMap<PathBuf, Vec<lsp::Diagnostic>> =
        sources.iter().map(|(_, file)| (root.join(&*file.path), Vec::new())).collect();
    for diagnostic in project.snapshot.diagnostics() {
        let file = convert.home(diagnostic.primary.span.file);
        let Some(path) = sources.get(file).map(|file| root.join(&*file.path)) else { continue };
        let converted = convert.diagnostic(diagnostic);
        files.entry(path).or_default().push(converted);
    }
    files
}

/// One problem of a project as the client knows it.
pub(crate) fn of_document(view: &View<'_>, document: &Document<'_>, diagnostic: &Diagnostic) -> lsp::Diagnostic {
    let (world, host, snapshot) = (view.world, view.host, document.snapshot);
    Convert { world, root: document.root, snapshot, host, lines: BTreeMap::new() }.diagnostic(diagnostic)
}

/// From our problems to those of the protocol.
struct Convert<'a> {
    world: &'a World,
    root: &'a Path,
    snapshot: &'a Snapshot,
    host: &'a dyn Host,
    lines: BTreeMap<FileId, Lines<'a>>,
}

impl Convert<'_> {
    /// Where something is shown that stands in no file: in the first one.
    fn home(&self, file: FileId) -> FileId {
        let sources = &self.snapshot.sources;
        if sources.get(file).is_some() {
            return file;
        }
        sources.iter().find(|(_, file)| file.kind == FileKind::Flow).map_or(FileId(0), |(id, _)| id)
    }

    fn range(&mut self, label: &Label) -> (FileId, lsp::Range) {
        let file = self.home(label.span.file);
        let (snapshot, encoding) = (self.snapshot, self.world.client.encoding);
        let lines = self.lines.entry(file).or_insert_with(|| Lines::new(snapshot.text(file), encoding));
        (file, lines.range(label.span.start, label.span.end))
    }

    fn related(&mut self, label: &Label) -> lsp::DiagnosticRelatedInformation {
        let (file, range) = self.range(label);
        let uri = self.world.uri(self.root, self.snapshot.sources.path(file));
        lsp::DiagnosticRelatedInformation { location: lsp::Location::new(uri, range), message: label.text.clone() }
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) -> lsp::Diagnostic {
        let (_, range) = self.range(&diagnostic.primary);
        let severity = match diagnostic.severity() {
            Severity::Error => lsp::DiagnosticSeverity::Error,
            Severity::Warning => lsp::DiagnosticSeverity::Warning,
        };
        let mut message = diagnostic.message.clone();
        if let Some(help) = &diagnostic.help {
            message.push_str("\n\n");
            message.push_str(help);
        }
        let here = (!diagnostic.primary.text.is_empty()).then_some(&diagnostic.primary);
        let related: Vec<_> = here.into_iter().chain(&diagnostic.labels).map(|label| self.related(label)).collect();
        let page = self.world.client.code_links.then(|| self.host.page(diagnostic.code.number())).flatten();
        lsp::Diagnostic {
            range,
            severity: Some(severity),
            code: Some(diagnostic.code.number().to_owned().into()),
            code_description: page.map(|page| lsp::CodeDescription { href: lsp::Uri(page) }),
            source: Some("flow".to_owned()),
            message: message.into(),
            tags: unused(diagnostic.code).then(|| vec![lsp::DiagnosticTag::Unnecessary]),
            related_information: (self.world.client.related && !related.is_empty()).then_some(related),
            data: None,
        }
    }
}

/// Whether what it points at could be left out.
fn unused(code: Code) -> bool {
    matches!(code, Code::UnusedMessage)
}

fn fingerprint(items: &[lsp::Diagnostic]) -> String {
    let mut hasher = DefaultHasher::new();
    serde_json::to_string(items).unwrap_or_default().hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}
