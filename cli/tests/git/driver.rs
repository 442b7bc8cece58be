//! `flow diff-driver`: `git diff` names items, and what it shows is a patch.

use super::{Repository, said};

/// What `git diff` shows, and that it is a patch which makes the new state of the old one.
fn shown(repository: &Repository) -> String {
    let text = repository.git(&["diff"]);
    let patch = repository.at("shown.patch");
    std::fs::write(&patch, &text).unwrap();
    let wanted = std::fs::read(repository.at("shop/world.flow")).unwrap();
    repository.git(&["stash", "-q"]);
    repository.git(&["apply", "--whitespace=nowarn", patch.to_str().unwrap()]);
    assert_eq!(std::fs::read(repository.at("shop/world.flow")).unwrap(), wanted, "{text}");
    repository.git(&["checkout", "-q", "--", "."]);
    repository.git(&["stash", "pop", "-q"]);
    text
}

fn installed() -> Repository {
    let repository = Repository::new();
    let output = repository.command("flow").args(["diff-driver", "--install"]).output().unwrap();
    assert!(output.status.success(), "{}", said(&output));
    repository
}

#[test]
fn a_diff_names_the_items_and_the_blocks_of_a_change() {
    let repository = installed();
    repository.change("Hello", "Good morning");
    repository.change("      send later\n", "      wait 1 day\n      send later\n");
    repository.change("message later", "message still_there");
    repository.change("send later", "send still_there");
    repository.change("topic news { consent opt_in }", "topic news {\n  consent opt_in\n}");
    repository.change(
        "/// Whoever is new.",
        "limits {\n  email at most 1 per 1 day\n  when capped: skip\n}\n\n/// Whoever is new.",
    );
    let text = shown(&repository);
    for says in [
        "\nshop/world.flow\n  changed  message hello, sequence welcome\n  renamed  message later to still_there\n  new      limits\n  layout   topic news\ndiff --git a/shop/world.flow b/shop/world.flow\n",
        "@@ message hello\n",
        "@@ sequence welcome › wait up to 2 days › on clicked(hello)\n",
        "@@ limits\n",
    ] {
        assert!(format!("\n{text}").contains(says), "no {says} in\n{text}");
    }
    assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
    // `git log -p` and `git show` name items by a pattern.
    repository.commit("changes");
    let log = repository.git(&["log", "-1", "-p", "--no-ext-diff"]);
    assert!(log.contains("@@ sequence welcome"), "{log}");
    assert!(repository.git(&["log", "-1", "-p", "--ext-diff"]).contains("on clicked(hello)"));
}

#[test]
fn each_kind_of_change_is_a_patch() {
    for change in [
        // Broken files.
        ("message hello {", "message hello {{ ["),
        ("sequence welcome {", "sequnce {"),
        ("}\n", ""),
        // Ends of files.
        ("      exit\n    }\n  }\n}\n", "      exit\n    }\n  }\n}"),
        ("contact {", "// first\ncontact {"),
        ("contact {\n  email: email?\n}\n\n", ""),
        // Two items side by side, with no line between what changes.
        ("\n}\n\nmessage later {", "\n  priority 3\n}\n\nmessage latest {"),
        ("\n}\n\nmessage later {\n", "\n  priority 3\n}\nmessage latest {\n"),
        ("topic news { consent opt_in }\n", "topic news { consent opt_in }\r\n"),
        ("\"Welcome.\"", "\"Wëlcome 👋\""),
    ] {
        let repository = installed();
        repository.change(change.0, change.1);
        let text = shown(&repository);
        assert!(text.contains("@@ "), "{change:?}: {text}");
        repository.git(&["add", "-A"]);
        assert!(repository.git(&["diff", "--cached"]).contains("@@ "), "{change:?}");
    }
}

#[test]
fn files_come_go_move_and_are_in_conflict() {
    let repository = installed();
    repository.write("shop/more.flow", "segment all {\n  email is known\n}\n");
    repository.git(&["add", "-A"]);
    let text = repository.git(&["diff", "--cached"]);
    for says in
        ["  new  segment all\n", "new file mode 100644\n", "--- /dev/null\n+++ b/shop/more.flow\n@@ -0,0 +1,3 @@"]
    {
        assert!(text.contains(says), "no {says} in {text}");
    }
    repository.commit("more");
    repository.git(&["mv", "shop/more.flow", "shop/people.flow"]);
    repository.write("shop/people.flow", "segment all {\n  email is missing\n}\n");
    repository.git(&["add", "-A"]);
    let text = repository.git(&["diff", "--cached", "-M20"]);
    for says in
        ["rename from shop/more.flow\nrename to shop/people.flow\n", "changed  segment all", "+  email is missing"]
    {
        assert!(text.contains(says), "no {says} in {text}");
    }
    repository.commit("moved");
    repository.git(&["rm", "-q", "shop/people.flow"]);
    let text = repository.git(&["diff", "--cached"]);
    assert!(text.contains("  removed  segment all\n") && text.contains("+++ /dev/null\n@@ -1,3 +0,0 @@"), "{text}");
    repository.commit("gone");
    repository.git(&["checkout", "-q", "-b", "other"]);
    repository.change("Hello", "Hi");
    repository.commit("hi");
    repository.git(&["checkout", "-q", "main"]);
    repository.change("Hello", "Hey");
    repository.commit("hey");
    let merged = repository.command("git").args(["merge", "-q", "other"]).output().unwrap();
    assert!(!merged.status.success());
    let text = repository.git(&["diff"]);
    assert!(text.contains("shop/world.flow"), "{text}");
}

#[test]
fn installing_says_what_it_does_and_does_it_once() {
    let repository = Repository::new();
    std::fs::remove_file(repository.at("shop/.gitattributes")).unwrap();
    let install = || {
        let mut command = repository.command("flow");
        let output = command.current_dir(repository.at("shop")).args(["diff-driver", "--install"]).output().unwrap();
        assert!(output.status.success(), "{}", said(&output));
        said(&output)
    };
    assert!(install().contains(".gitattributes has `*.flow diff=flow`: commit it"));
    assert!(install().contains(".gitattributes names it already"));
    assert_eq!(std::fs::read_to_string(repository.at("shop/.gitattributes")).unwrap(), "*.flow diff=flow\n");
    assert_eq!(repository.git(&["config", "--get-all", "diff.flow.command"]), "flow diff-driver\n");
    // Above its projects it is one for all of them.
    let output = repository.command("flow").args(["diff-driver", "--install"]).output().unwrap();
    assert!(said(&output).contains(".gitattributes has `*.flow diff=flow`"), "{}", said(&output));
    // Words are what a person takes for one.
    repository.change("2 days", "30 days");
    let words = repository.git(&["diff", "--no-ext-diff", "--word-diff=plain"]);
    assert!(words.contains("wait up to [-2-]{+30+} days {"), "{words}");
    let alone = tempfile::tempdir().unwrap();
    let mut command = repository.command("flow");
    let output = command.current_dir(alone.path()).args(["diff-driver", "--install"]).output().unwrap();
    assert!(output.status.code() == Some(2) && said(&output).contains("no git repository"), "{}", said(&output));
    let output = repository.command("flow").args(["diff-driver", "a", "b"]).output().unwrap();
    assert!(output.status.code() == Some(2) && said(&output).contains("--install"), "{}", said(&output));
}
