//! Sides of a real repository, with branches, tags, links, projects inside projects and a history that was cut off.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

use super::*;

const SETTINGS: &str = "[project]\nname = \"lamp\"\nlanguage = 1\ntimezone = \"Europe/Berlin\"\n";

/// A repository whose project is in `apps/lamp`.
struct Lamp {
    folder: TempDir,
}

impl Lamp {
    fn new() -> Self {
        let lamp = Self { folder: tempfile::tempdir().unwrap() };
        lamp.git(&["init", "-q", "-b", "main"]);
        lamp.write("apps/lamp/flow.toml", SETTINGS);
        lamp.write("apps/lamp/world.flow", "event one { }\n");
        lamp.commit("one");
        lamp.write("apps/lamp/world.flow", "event two { }\n");
        lamp.commit("two");
        lamp
    }

    fn at(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.at(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn git(&self, arguments: &[&str]) -> String {
        git(self.folder.path(), arguments)
    }

    fn commit(&self, message: &str) {
        self.git(&["add", "-A"]);
        self.git(&["commit", "-q", "-m", message]);
    }

    /// The files of a side, each with its text.
    fn side(&self, text: &str) -> Vec<(String, String)> {
        files(&Side::open(text, Some(&self.at("apps/lamp"))).unwrap_or_else(|failure| panic!("{text}: {failure}")))
    }

    fn failure(&self, text: &str) -> String {
        match Side::open(text, Some(&self.at("apps/lamp"))) {
            Ok(side) => panic!("{text} is {}", side.shown()),
            Err(failure) => format!("{} ({})", failure.message, failure.help.unwrap_or_default()),
        }
    }
}

fn git(folder: &Path, arguments: &[&str]) -> String {
    let mut command = Command::new("git");
    command.arg("-C").arg(folder).args(arguments);
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Ana").env(format!("GIT_{who}_EMAIL"), "ana@acme.example");
    }
    let output = command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn files(side: &Side) -> Vec<(String, String)> {
    let sources = &side.project.as_ref().unwrap().sources;
    sources.iter().map(|(_, file)| (file.path.to_string(), file.text.to_string())).collect()
}

/// The word behind `event` in the only file of the world.
fn event(files: &[(String, String)]) -> &str {
    files.iter().find(|(path, _)| path == "world.flow").unwrap().1.split(' ').nth(1).unwrap()
}

#[test]
fn a_folder_stands_behind_the_first_colon_outside_braces() {
    for (text, parts) in [
        ("main", ("main", None)),
        ("main:shop", ("main", Some("shop"))),
        ("main:", ("main", Some(""))),
        ("v1:a:b", ("v1", Some("a:b"))),
        ("main@{2026-03-01 10:00}", ("main@{2026-03-01 10:00}", None)),
        ("main@{2026-03-01 10:00}:é/b", ("main@{2026-03-01 10:00}", Some("é/b"))),
    ] {
        assert_eq!(split(text), parts);
    }
}

#[test]
fn revisions_are_branches_tags_and_what_comes_before_them() {
    let lamp = Lamp::new();
    lamp.git(&["tag", "v1", "HEAD~1"]);
    lamp.git(&["tag", "-a", "-m", "a tag with words", "v2"]);
    lamp.git(&["branch", "topic/old", "v1"]);
    lamp.git(&["update-ref", "refs/remotes/origin/main", "v1"]);
    lamp.write("apps/lamp/world.flow", "event three { }\n");
    for (text, holds) in [
        ("main", "two"),
        ("HEAD~1", "one"),
        ("v1", "one"),
        ("v2", "two"),
        ("topic/old", "one"),
        ("origin/main", "one"),
        ("main:apps/lamp", "two"),
        ("v1:apps/lamp/", "one"),
        ("v1:./", "one"),
        ("v1:../lamp", "one"),
        (lamp.git(&["rev-parse", "v1"]).trim(), "one"),
        (&lamp.at("apps/lamp").to_string_lossy(), "three"),
    ] {
        assert_eq!(event(&lamp.side(text)), holds, "{text}");
    }
    let side = Side::open("v1", Some(&lamp.at("apps/lamp"))).unwrap();
    let commit = lamp.git(&["rev-parse", "v1"]);
    assert_eq!(side.shown(), format!("`v1` ({})", commit.chars().take(SHORT).collect::<String>()));
    let project = side.project.unwrap();
    assert_eq!(project.path("world.flow"), "v1:apps/lamp/world.flow");
    lamp.git(&["cat-file", "-e", &project.path("world.flow")]);
}

#[test]
fn a_revision_has_the_files_that_a_checkout_has() {
    let lamp = Lamp::new();
    for (path, text) in [
        ("apps/lamp/templates/a.html", "<p>é"),
        ("apps/lamp/deep/er/x.flow", "// x\n"),
        ("apps/lamp/with space/täg\ttab.flow", "// y\n"),
        ("apps/lamp/empty.flow", ""),
        ("apps/lamp/no_end.flow", "// no end"),
        ("apps/lamp/inner/flow.toml", SETTINGS),
        ("apps/lamp/inner/no.flow", "// no\n"),
        ("apps/lamp/.hidden.flow", "// no\n"),
        ("apps/lamp/target/no.flow", "// no\n"),
        ("apps/lamp/read.md", "no\n"),
        ("apps/other.flow", "// shared\n"),
    ] {
        lamp.write(path, text);
    }
    std::os::unix::fs::symlink("../other.flow", lamp.at("apps/lamp/linked.flow")).unwrap();
    std::os::unix::fs::symlink("deep", lamp.at("apps/lamp/again")).unwrap();
    lamp.commit("many");
    let other = Lamp::new();
    let submodule = format!("160000,{},apps/lamp/sub.flow", other.git(&["rev-parse", "HEAD"]).trim());
    lamp.git(&["update-index", "--add", "--cacheinfo", &submodule]);
    lamp.git(&["commit", "-q", "-m", "another repository inside"]);
    let here = files(&Side::folder(Some(&lamp.at("apps/lamp"))).unwrap());
    assert_eq!(lamp.side("HEAD"), here);
    assert_eq!(here.len(), 8, "{here:?}");
    let large = vec!["x"; 200_000].join("\n");
    lamp.write("apps/lamp/templates/large.txt", &large);
    lamp.commit("more than fits into a pipe");
    assert!(lamp.side("HEAD").iter().any(|(_, text)| *text == large));
    lamp.write("apps/lamp/templates/large.txt", &vec!["x"; 5_000_000].join("\n"));
    lamp.commit("nobody wrote that");
    assert!(lamp.failure("HEAD").contains("`templates/large.txt` is larger than 4 MiB"));
    std::os::unix::fs::symlink("/etc/passwd", lamp.at("apps/lamp/out.flow")).unwrap();
    fs::remove_file(lamp.at("apps/lamp/templates/large.txt")).unwrap();
    lamp.commit("a way out");
    assert!(lamp.failure("HEAD").contains("`out.flow` is a link that leads to no file of that commit"));
}

#[test]
fn a_project_at_the_top_of_its_repository() {
    let folder = tempfile::tempdir().unwrap();
    git(folder.path(), &["init", "-q", "-b", "main"]);
    fs::write(folder.path().join("flow.toml"), SETTINGS).unwrap();
    fs::create_dir(folder.path().join("sub")).unwrap();
    fs::write(folder.path().join("sub/world.flow"), "event one { }\n").unwrap();
    git(folder.path(), &["add", "-A"]);
    git(folder.path(), &["commit", "-q", "-m", "one"]);
    for (text, dir) in [("main", "."), ("main", "sub"), ("main:", "sub"), ("main:", ".")] {
        let side = Side::open(text, Some(&folder.path().join(dir))).unwrap();
        assert_eq!(files(&side).len(), 2);
        assert_eq!(side.project.unwrap().path("sub/world.flow"), "main:sub/world.flow");
    }
}

#[test]
fn what_is_no_side_is_told_with_what_could_be_meant() {
    let lamp = Lamp::new();
    lamp.git(&["branch", "feature/welcome"]);
    lamp.git(&["update-ref", "refs/remotes/origin/stable", "HEAD"]);
    lamp.git(&["mv", "apps/lamp", "apps/bulb"]);
    lamp.commit("another name");
    lamp.write("apps/lamp/flow.toml", SETTINGS);
    lamp.write("notes.txt", "no store\n");
    for (text, says) in [
        ("feature/welcme", "did you mean `feature/welcome`?"),
        ("stable", "did you mean `origin/stable`?"),
        ("nothing_like_it", "`nothing_like_it` is no folder and no revision that git knows here (a side is"),
        ("main~9", "the history of `main` has no `main~9`"),
        (
            "main",
            "`main` has no project at `apps/lamp`: there is no `flow.toml` (projects at that revision: `main:apps/bulb`)",
        ),
        ("main:apps/none", "`main` has no project at `apps/none`"),
        ("main:", "`main` has no project at its top"),
        ("main~1:apps/lamp/world.flow", "has no project at `apps/lamp/world.flow`"),
        ("shop.db", "cannot read `shop.db`: there is no such file"),
        ("main..feature/welcome", "no revision"),
        ("", "no revision"),
    ] {
        let failure = lamp.failure(text);
        assert!(failure.contains(says), "{text}: {failure}");
    }
    let notes = lamp.at("notes.txt");
    assert!(lamp.failure(&notes.to_string_lossy()).contains("is a file, and no store"));
    let alone = tempfile::tempdir().unwrap();
    fs::write(alone.path().join("flow.toml"), SETTINGS).unwrap();
    let failure = Side::open("main", Some(alone.path())).err().unwrap();
    assert!(failure.message.contains("is in no git repository"), "{failure}");
}

#[test]
fn a_revision_is_never_an_option_of_git() {
    let lamp = Lamp::new();
    let made = lamp.at("made");
    let output = format!("--output={}", made.display());
    for text in
        ["--upload-pack=touch made", "-h", "--all", "--git-dir=/", &output, "^main", "-", "main\n--all", "--:apps/lamp"]
    {
        let failure = lamp.failure(text);
        assert!(failure.contains("no revision that git knows here"), "{text}: {failure}");
    }
    assert!(!made.exists());
}

#[test]
fn a_history_that_was_cut_off_is_told() {
    let lamp = Lamp::new();
    let clone = tempfile::tempdir().unwrap();
    let from = format!("file://{}", lamp.folder.path().display());
    git(clone.path(), &["clone", "-q", "--depth", "1", &from, "."]);
    let failure = |text| {
        let failure = Side::open(text, Some(&clone.path().join("apps/lamp"))).err().unwrap();
        format!("{} {}", failure.message, failure.help.unwrap_or_default())
    };
    for text in ["main~1", "nothing_like_it"] {
        assert!(failure(text).contains("`git fetch --unshallow`"), "{}", failure(text));
    }
    assert_eq!(files(&Side::open("main", Some(&clone.path().join("apps/lamp"))).unwrap()).len(), 2);
}
