//! What a git repository holds, asked of the program `git`: nothing is checked out, and nothing is changed.
//!
//! What people write as a revision reaches `git` only behind a look at its first letter, so that it is never an option.

use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::failure::Failure;

/// Variables by which git tells its hooks where they are. A folder is looked at where it is instead.
const OF_HOOKS: &[&str] = &["GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX", "GIT_COMMON_DIR"];

/// The repository that holds a folder.
#[derive(Debug)]
pub(crate) struct Repository {
    folder: PathBuf,
    /// The folder as the repository names it: `examples/shop/`, or nothing at its top.
    pub(crate) prefix: String,
    /// Only the latest part of the history is here.
    pub(crate) shallow: bool,
}

/// A file of a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    /// From the folder whose tree it is.
    pub(crate) path: String,
    /// By what its content is asked for.
    pub(crate) object: String,
}

impl Repository {
    /// The repository that holds a folder; nothing where none does.
    pub(crate) fn of(folder: &Path) -> Result<Option<Self>, Failure> {
        let output = run(folder, &["rev-parse", "--show-prefix", "--is-shallow-repository"], &[])?;
        if output.status.success() {
            let said = String::from_utf8_lossy(&output.stdout);
            let mut lines = said.lines().rev();
            let shallow = lines.next() == Some("true");
            let prefix = lines.next().unwrap_or_default().to_owned();
            return Ok(Some(Self { folder: folder.to_path_buf(), prefix, shallow }));
        }
        let said = said(&output);
        if said.contains("not a git repository") {
            return Ok(None);
        }
        let shown = folder.display();
        if said.contains("dubious ownership") {
            return Err(Failure::new(format!("git does not trust the repository of `{shown}`: it is somebody else's"))
                .help("if it is meant to be: `git config --global --add safe.directory FOLDER`"));
        }
        Err(Failure::new(format!("git cannot read the repository of `{shown}`: {said}")))
    }

    /// The commit that a revision names; nothing where it names none.
    pub(crate) fn commit(&self, revision: &str) -> Result<Option<String>, Failure> {
        if revision.is_empty() || revision.starts_with(['-', '^']) || revision.contains(char::is_control) {
            return Ok(None);
        }
        let output = self.run(&["rev-parse", "--verify", "--quiet", &format!("{revision}^{{commit}}")], &[])?;
        let commit = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let is_one = output.status.success() && !commit.is_empty() && commit.bytes().all(|it| it.is_ascii_hexdigit());
        Ok(is_one.then_some(commit))
    }

    /// The names of branches and tags, those of other repositories last but for tags.
    pub(crate) fn names(&self) -> Vec<String> {
        let places = ["refs/heads", "refs/remotes", "refs/tags"];
        let asked = ["for-each-ref", "--format=%(refname:short)"].into_iter().chain(places).collect::<Vec<_>>();
        let names = self.run(&asked, &[]).map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        names.unwrap_or_default().lines().map(ToOwned::to_owned).collect()
    }

    /// All files below a folder of a commit (`examples/shop`; nothing: the top), their content not read yet. Nothing
    /// where the commit has no such folder. Other repositories in it are left out, as are folders that are links.
    pub(crate) fn files(&self, commit: &str, folder: &str) -> Result<Option<Vec<Entry>>, Failure> {
        let tree = format!("{commit}:{}", folder.trim_end_matches('/'));
        let output = self.run(&["ls-tree", "-r", "-z", "--full-tree", &tree], &[])?;
        if !output.status.success() {
            let said = said(&output);
            return match ["Not a valid object name", "not a tree object"].iter().any(|it| said.contains(it)) {
                true => Ok(None),
                false => Err(Failure::new(format!("git cannot list the files of `{tree}`: {said}"))),
            };
        }
        let said = String::from_utf8_lossy(&output.stdout);
        let within = if tree.ends_with(':') { tree.clone() } else { format!("{tree}/") };
        let entry = |line: &str| {
            let (what, path) = line.split_once('\t')?;
            let mut what = what.split(' ');
            let (mode, _, object) = (what.next()?, what.next()?, what.next()?);
            let object = match mode {
                // A link is followed to a file of the same commit.
                "120000" => format!("{within}{path}"),
                "160000" => return None,
                _ => object.to_owned(),
            };
            (!path.contains('\n')).then(|| Entry { path: path.to_owned(), object })
        };
        Ok(Some(said.split('\0').filter_map(entry).collect()))
    }

    /// What the files hold, in their order.
    pub(crate) fn read(&self, files: &[Entry]) -> Result<Vec<Vec<u8>>, Failure> {
        let asked: String = files.iter().map(|file| format!("{}\n", file.object)).collect();
        let output = self.run(&["cat-file", "--batch", "--follow-symlinks", "--buffer"], asked.as_bytes())?;
        if !output.status.success() {
            return Err(Failure::new(format!("git cannot read files: {}", said(&output))));
        }
        let mut rest = output.stdout.as_slice();
        files.iter().map(|file| content(file, &mut rest)).collect()
    }

    fn run(&self, arguments: &[&str], input: &[u8]) -> Result<Output, Failure> {
        run(&self.folder, arguments, input)
    }
}

/// Takes the answer to one file: `OBJECT blob BYTES`, then the bytes.
fn content(file: &Entry, rest: &mut &[u8]) -> Result<Vec<u8>, Failure> {
    let path = &file.path;
    let broken = || Failure::new(format!("git broke off before `{path}`"));
    let end = rest.iter().position(|byte| *byte == b'\n').ok_or_else(broken)?;
    let (head, behind) = rest.split_at_checked(end + 1).ok_or_else(broken)?;
    let head = String::from_utf8_lossy(head);
    let mut words = head.trim_end().rsplitn(3, ' ');
    let (last, before) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    if last == "missing" {
        return Err(Failure::new(format!("the repository has no content of `{path}` here"))
            .help("fetch all of it: `git fetch --refetch --no-filter`"));
    }
    if before != "blob" {
        return Err(Failure::new(format!("`{path}` is a link that leads to no file of that commit"))
            .help("put the file itself there"));
    }
    let length = last.parse::<usize>().map_err(|_| broken())?;
    crate::project::not_too_large(path, u64::try_from(length).unwrap_or(u64::MAX))?;
    let (bytes, behind) = behind.split_at_checked(length).ok_or_else(broken)?;
    *rest = behind.strip_prefix(b"\n").ok_or_else(broken)?;
    Ok(bytes.to_vec())
}

/// What git says went wrong, in one line.
fn said(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr);
    let line = said.lines().find(|line| line.starts_with("fatal: ")).or_else(|| said.lines().next());
    line.unwrap_or_default().trim_start_matches("fatal: ").trim().to_owned()
}

/// Runs git in a folder to its end.
fn run(folder: &Path, arguments: &[&str], input: &[u8]) -> Result<Output, Failure> {
    let cannot = |error: std::io::Error| {
        if error.kind() == ErrorKind::NotFound {
            return Failure::new("the program `git` is not there").help("install it, or compare with a folder");
        }
        Failure::new(format!("`git` cannot be run: {error}"))
    };
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    command.env("LC_ALL", "C").env("GIT_OPTIONAL_LOCKS", "0").env("GIT_TERMINAL_PROMPT", "0");
    OF_HOOKS.iter().for_each(|variable| {
        command.env_remove(variable);
    });
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(cannot)?;
    let to = child.stdin.take();
    std::thread::scope(|scope| {
        // What is asked goes in while answers come out: neither waits for the other.
        scope.spawn(move || to.map(|mut to| to.write_all(input)));
        child.wait_with_output()
    })
    .map_err(cannot)
}
