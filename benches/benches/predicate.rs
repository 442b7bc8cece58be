//! One condition of four terms, made ready once and asked often: ours beside `cel` and `rhai`, in the same run.
//!
//! Each asks the same of the same values, which stand where each of them has them: in the state of a contact, in a
//! context of variables, in a scope.

#![allow(clippy::cast_precision_loss, reason = "a rate needs no more than 2^53")]

use std::hint::black_box;
use std::sync::Arc;

use flow_benches::{report, show};
use flow_graph::expr::CompareOp;
use flow_graph::program::Field;
use flow_graph::{Expr, Id, Timestamp, Value};
use flow_machine::contact::Facts;
use flow_machine::{Condition, Contact, Engine, View};
use flow_tests::{project, root};

const TIMES: u32 = 2_000_000;
const OTHERS: u32 = 200_000;

/// What is asked, as the other two write it.
const TEXT: &str = r#"country == "SE" && favourite == 1 && orders >= 3 && value > 10000"#;

fn main() {
    let Some(engine) = engine() else { return };
    ours(&engine);
    cel();
    rhai();
}

fn engine() -> Option<Engine> {
    let compiled = flow_compiler::compile(&project(&root().join("examples/shop")));
    let mut program = compiled.program?;
    let like = program.fields.iter().next()?.clone();
    for name in ["orders", "value"] {
        program.fields.push(Field { name: name.to_owned(), wire: name.to_owned(), ..like.clone() });
    }
    Engine::new(Arc::new(program)).ok()
}

fn ours(engine: &Engine) {
    let field = |name: &str| {
        let found = engine.program().fields.enumerate().find(|(_, field)| field.name == name);
        found.map_or(Id::new(0), |(id, _)| id)
    };
    let compare = |name: &str, op, value| Expr::Compare {
        op,
        left: Box::new(Expr::Field(field(name))),
        right: Box::new(Expr::Const(value)),
    };
    let expr = Expr::And(vec![
        compare("country", CompareOp::Equal, Value::text("SE")),
        compare("favourite", CompareOp::Equal, Value::Enum(1)),
        compare("orders", CompareOp::GreaterEqual, Value::Int(3)),
        compare("value", CompareOp::Greater, Value::Money(10_000)),
    ]);
    let now = Timestamp(1_772_323_200_000);
    let mut contact = Contact::new(engine, "u1");
    let known = [
        ("email", Value::text("u1@x.example")),
        ("first_name", Value::text("Ana")),
        ("country", Value::text("SE")),
        ("favourite", Value::Enum(1)),
        ("orders", Value::Int(5)),
        ("value", Value::Money(25_000)),
    ];
    for (name, value) in known {
        Facts::set_field(engine, &mut contact, field(name), value, now);
    }
    let condition = Condition::new(engine.program(), &expr);
    let view = View::new(engine, &contact, now);
    nanoseconds("predicate of 4 terms, ours", TIMES, || condition.holds(black_box(&view)));
    nanoseconds("predicate of 4 terms, ours, as a tree", TIMES, || view.holds(black_box(&expr)));
}

fn cel() {
    let Ok(program) = cel::Program::compile(TEXT) else { return };
    let mut context = cel::Context::default();
    context.add_variable_from_value("country", "SE");
    context.add_variable_from_value("favourite", 1_i64);
    context.add_variable_from_value("orders", 5_i64);
    context.add_variable_from_value("value", 25_000_i64);
    nanoseconds("predicate of 4 terms, cel", OTHERS, || {
        matches!(program.execute(black_box(&context)), Ok(cel::Value::Bool(true)))
    });
}

fn rhai() {
    let engine = rhai::Engine::new();
    let Ok(tree) = engine.compile_expression(TEXT) else { return };
    let mut scope = rhai::Scope::new();
    scope.push("country", "SE").push("favourite", 1_i64).push("orders", 5_i64).push("value", 25_000_i64);
    nanoseconds("predicate of 4 terms, rhai", OTHERS, || {
        engine.eval_ast_with_scope::<bool>(&mut scope, black_box(&tree)).unwrap_or(false)
    });
}

/// Prints the rate and the time of one; the answer has to be yes.
fn nanoseconds(name: &str, times: u32, mut ask: impl FnMut() -> bool) {
    let mut yes = 0_u32;
    let begin = std::time::Instant::now();
    (0..times).for_each(|_| yes += u32::from(black_box(ask())));
    let each = begin.elapsed().as_secs_f64() * 1e9 / f64::from(times);
    assert_eq!(yes, times, "{name} says no");
    report(name, "times/s", f64::from(times), 5, || {
        for _ in 0..times {
            let _ = black_box(ask());
        }
    });
    show(&format!("{name}, by the wall clock"), each, "ns");
}
