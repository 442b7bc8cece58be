//! The form of the clause that is being written.

use gen_lsp_types::{
    ActiveParameter, MarkupContent, MarkupKind, ParameterInformation, ParameterInformationLabel, SignatureHelp,
    SignatureHelpParams, SignatureInformation,
};

use super::super::view::{Refusal, View};
use crate::features::signature::{self, Signature};

/// The forms that the clause at a place can take.
pub(crate) fn signature(view: &View<'_>, params: &SignatureHelpParams) -> Result<Option<SignatureHelp>, Refusal> {
    let at = &params.text_document_position_params;
    let Some((document, offset)) = view.at(&at.text_document.uri, at.position) else { return Ok(None) };
    let found = signature::signatures(document.snapshot, document.file, offset);
    view.alive()?;
    if found.is_empty() {
        return Ok(None);
    }
    let signatures = found.iter().map(information).collect();
    Ok(Some(SignatureHelp { signatures, active_signature: Some(0), active_parameter: None }))
}

fn information(found: &Signature) -> SignatureInformation {
    // The protocol counts offsets of labels in UTF-16, whatever was agreed for documents.
    let units = |at: usize| {
        let before = found.label.get(..at).unwrap_or("");
        u32::try_from(before.encode_utf16().count()).unwrap_or(0)
    };
    let parameter = |(from, to): &(usize, usize)| ParameterInformation {
        label: ParameterInformationLabel::Tuple((units(*from), units(*to))),
        documentation: None,
    };
    let doc = MarkupContent { kind: MarkupKind::Markdown, value: found.doc.clone() };
    let active = found.active.and_then(|active| u32::try_from(active).ok());
    SignatureInformation {
        label: found.label.clone(),
        documentation: (!found.doc.is_empty()).then(|| doc.into()),
        parameters: Some(found.gaps.iter().map(parameter).collect()),
        active_parameter: active.map(ActiveParameter::Int),
    }
}
