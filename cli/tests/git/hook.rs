//! The hook before a commit: it looks at what is staged.

use std::process::Output;

use super::{Repository, executable, packaging, said};

fn hooked() -> Repository {
    let repository = Repository::new();
    let hook = repository.at(".git/hooks/pre-commit");
    std::fs::create_dir_all(hook.parent().unwrap()).unwrap();
    std::fs::copy(packaging("git/pre-commit"), &hook).unwrap();
    executable(&hook);
    repository
}

fn commit(repository: &Repository, more: &[&str]) -> Output {
    repository.command("git").args(["commit", "-q", "-m", "x"]).args(more).output().unwrap()
}

#[test]
fn what_is_staged_is_checked_and_nothing_else() {
    let repository = hooked();
    repository.change("Hello", "Hi");
    repository.git(&["add", "-A"]);
    // What lies in the folder is wrong, what is staged is right.
    repository.change("send hello", "send nobody");
    let output = commit(&repository, &[]);
    assert!(output.status.success(), "{}", said(&output));

    // And the other way round.
    repository.git(&["add", "-A"]);
    repository.change("send nobody", "send hello");
    let output = commit(&repository, &[]);
    let text = said(&output);
    assert!(!output.status.success() && text.contains("nobody") && text.contains("shop/world.flow"), "{text}");
    // `-a` stages first.
    let output = commit(&repository, &["-a", "--allow-empty"]);
    assert!(output.status.success(), "{}", said(&output));
}

#[test]
fn the_layout_of_staged_files_is_looked_at() {
    let repository = hooked();
    repository.write("shop/other one.flow", "segment  all { email is known }\n");
    repository.commit("somebody else was here");
    repository.change("Hello", "Hi");
    repository.git(&["add", "-A"]);
    assert!(commit(&repository, &[]).status.success(), "the layout of others is theirs");
    repository.change("wait up to 2 days", "wait  up to 3 days");
    repository.write("shop/täg $x.flow", "segment  most { email is known }\n");
    repository.git(&["add", "-A"]);
    let text = said(&commit(&repository, &[]));
    assert!(text.contains("world.flow") && text.contains("täg $x.flow") && text.contains("`flow fmt`"), "{text}");
    assert!(!text.contains("other one"), "{text}");
}

#[test]
fn what_is_no_project_goes_by_and_what_breaks_one_does_not() {
    let repository = hooked();
    repository.write("notes.txt", "x\n");
    repository.git(&["add", "-A"]);
    assert!(commit(&repository, &[]).status.success());
    repository.git(&["rm", "-q", "--cached", "shop/flow.toml"]);
    assert!(commit(&repository, &[]).status.success(), "a project that is none any more has no mistakes");
    let output =
        repository.command("git").args(["commit", "-q", "--allow-empty", "-m", "x"]).env("FLOW", "/no/flow").output();
    let text = said(&output.unwrap());
    assert!(text.contains("there is no `/no/flow`"), "{text}");
}

#[test]
fn it_works_in_a_second_folder_of_the_same_repository() {
    let repository = hooked();
    repository.git(&["worktree", "add", "-q", "second", "-b", "second"]);
    let second = repository.at("second");
    let world = second.join("shop/world.flow");
    let text = std::fs::read_to_string(&world).unwrap();
    std::fs::write(&world, text.replace("send hello", "send nobody")).unwrap();
    let mut command = repository.command("git");
    let output = command.current_dir(second.join("shop")).args(["commit", "-q", "-a", "-m", "x"]).output().unwrap();
    assert!(!output.status.success() && said(&output).contains("nobody"), "{}", said(&output));
}
