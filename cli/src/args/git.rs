//! What git asks for.

/// Show what changed in `.flow` files by their items: a driver of `git diff`
#[derive(Debug, clap::Args)]
#[command(override_usage = "flow diff-driver --install [--global]")]
#[command(after_long_help = "\
Examples:
  flow diff-driver --install             `git diff` of this repository shows items
  flow diff-driver --install --global    that of all of your repositories
  git log -p --ext-diff -- '*.flow'      the history, too
It sets `diff.flow.*` in git's configuration and names the driver in `.gitattributes`. Which
items are new, changed, renamed or only laid out anew is told first; what follows is a patch
that `git apply` takes, whose hunks belong to one item each and name it. Files with mistakes
are shown all the same. Git itself calls it with the file and its two versions.")]
pub(crate) struct DiffDriverArgs {
    /// Have git use it
    #[arg(long, conflicts_with = "words")]
    pub(crate) install: bool,
    /// For all of your repositories
    #[arg(long, requires = "install")]
    pub(crate) global: bool,
    /// What git hands over: PATH OLD-FILE OLD-HASH OLD-MODE NEW-FILE NEW-HASH NEW-MODE
    #[arg(value_name = "WORD", hide = true, num_args = 0..=9, required_unless_present = "install")]
    pub(crate) words: Vec<String>,
}
