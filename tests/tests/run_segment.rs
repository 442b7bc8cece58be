//! Requests recorded from Segment's own clients, from the bytes to the state of the contact.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may panic")]

use std::sync::Arc;

use flow_graph::program::Program;
use flow_graph::{Timestamp, Value};
use flow_machine::{Contact, Engine};
use flow_runtime::driver::{Decided, Driver, Observer, Options};
use flow_runtime::ingest::{Catalog, Format, Incoming, Inputs, Read, Rejection};
use flow_runtime::timeline::Timeline;
use flow_runtime::{Record, Renderer, story};
use flow_tests::{lines, root, texts};

const WORLD: &str = r#"
enum plan { free, pro }
contact {
  email: email? personal
  name: text? personal
  plan: plan?
  seats: int?
  mrr: money?
  trial: bool?
  created: datetime? as "createdAt"
  timezone: timezone?
  tags: set of text
}
event order_placed as "Order Completed" { value: money as "revenue" }
event signed_up as "Signed Up" { source: text? as "utm_source"  big: number? }
event page_viewed as page { url: url  name: text?  category: text? }
event screen_viewed as screen { name: text }
event joined as group { group: text as "groupId"  company: text? as "name"  employees: int? }
lifecycle buyer { stages visitor, known  start visitor  visitor -> known on signed_up where utm.campaign == "spring" }
segment spenders { count(order_placed ever) >= 1 and count(signed_up ever) >= 1 }
"#;

struct Records {
    engine: Arc<Engine>,
    kinds: Vec<String>,
}

impl Observer for Records {
    fn decided(&mut self, decided: Decided<'_>) {
        let record = Record::new(self.engine.program(), &decided);
        self.kinds.push(format!("{} {} {}", record.contact, record.kind.word(), record.name));
    }
}

fn engine(text: &str) -> Arc<Engine> {
    let sources = texts(&[("main.flow", text)]);
    let compiled = flow_compiler::compile(&sources);
    let program = compiled.program.unwrap_or_else(|| panic!("{}", lines(&sources, &compiled.diagnostics)));
    Arc::new(Engine::new(Arc::new(program)).unwrap())
}

fn read(engine: &Arc<Engine>, bytes: &[u8]) -> (Vec<Incoming>, Vec<Rejection>) {
    let (mut taken, mut rejected) = (Vec::new(), Vec::new());
    let inputs = Inputs::new(Arc::new(Catalog::new(engine)), bytes, "in", 0, &Format::Segment).unwrap();
    for read in inputs {
        match read.unwrap() {
            Read::Incoming(incoming) => taken.push(*incoming),
            Read::Rejected(rejection) => rejected.push(rejection),
        }
    }
    (taken, rejected)
}

fn drive(engine: &Arc<Engine>, inputs: &[Incoming], options: Options) -> (Driver, Vec<String>) {
    let mut records = Records { engine: Arc::clone(engine), kinds: Vec::new() };
    let mut driver = Driver::new(Arc::clone(engine), Renderer::shared(engine), options);
    for incoming in inputs {
        driver.feed(incoming, &mut records);
    }
    driver.finish(&mut records);
    (driver, records.kinds)
}

fn value<'c>(program: &Program, contact: &'c Contact, name: &str) -> &'c Value {
    let (id, _) = program.fields.enumerate().find(|(_, field)| field.name == name).unwrap();
    contact.facts.field(id)
}

#[test]
fn recorded_requests_become_one_contact() {
    for client in ["node", "python"] {
        let engine = engine(WORLD);
        let bytes = std::fs::read(root().join(format!("tests/data/segment/{client}.jsonl"))).unwrap();
        let (inputs, rejected) = read(&engine, &bytes);
        assert_eq!((inputs.len(), rejected), (7, vec![]), "{client}");
        let (driver, kinds) = drive(&engine, &inputs, Options::default());
        assert_eq!(driver.contacts().count(), 1, "{client}: the device is the user's");
        assert_eq!(driver.counts().merged, 1, "{client}");
        assert_eq!(driver.counts().late, 1, "{client}: the order is half a year old");
        let contact = driver.contacts().next().unwrap();
        let program = engine.program();
        assert_eq!(&*contact.id, "u-1");
        assert_eq!(*value(program, contact, "mrr"), Value::Money(199_950));
        assert_eq!(*value(program, contact, "seats"), Value::Int(12));
        assert_eq!(*value(program, contact, "plan"), Value::Enum(1));
        assert_eq!(*value(program, contact, "trial"), Value::Bool(false));
        assert!(matches!(value(program, contact, "created"), Value::Instant(_)));
        assert!(kinds.contains(&"anon-1 stage buyer".to_owned()), "{client}: the campaign is seen: {kinds:?}");
        assert!(kinds.contains(&"u-1 entered_segment spenders".to_owned()), "{client}: both logs count: {kinds:?}");
    }
}

fn call(kind: &str, who: &str, at: &str, more: &str) -> String {
    format!("{{\"type\":\"{kind}\",{who},\"timestamp\":\"2026-03-{at}Z\"{more}}}")
}

#[test]
fn a_visitor_signs_up_on_two_devices() {
    let engine = engine(WORLD);
    let order = ",\"event\":\"Order Completed\",\"properties\":{\"revenue\":5}";
    let signed = ",\"event\":\"Signed Up\"";
    let text = [
        call("track", "\"anonymousId\":\"a1\"", "01T10:00:00", order),
        call("track", "\"anonymousId\":\"a2\"", "01T11:00:00", order),
        call("track", "\"userId\":\"u1\",\"anonymousId\":\"a1\"", "01T12:00:00", signed),
        call("identify", "\"userId\":\"u1\",\"anonymousId\":\"a2\"", "01T13:00:00", ",\"traits\":{\"seats\":3}"),
        call("track", "\"userId\":\"u2\"", "02T10:00:00", signed),
        call("alias", "\"userId\":\"u1\",\"previousId\":\"u2\"", "03T10:00:00", ""),
    ]
    .join("\n");
    let (inputs, rejected) = read(&engine, text.as_bytes());
    assert_eq!(rejected, []);
    let (driver, _) = drive(&engine, &inputs, Options::default());
    assert_eq!(driver.counts().merged, 3);
    let left: Vec<_> = driver.contacts().map(|contact| contact.id.to_string()).collect();
    assert_eq!(left, ["u1"]);
    let count = engine.program().behaviours.enumerate().find(|(_, b)| b.text.contains("order_placed")).unwrap().0;
    let contact = driver.contacts().next().unwrap();
    let view = flow_machine::View::new(&engine, contact, driver.now());
    assert_eq!(view.value(&flow_graph::Expr::Behaviour(count)), Value::Int(2), "the orders of both devices");
    let apart = Options { merges: false, ..Options::default() };
    let (driver, _) = drive(&engine, &inputs, apart);
    assert_eq!((driver.counts().merged, driver.contacts().count()), (0, 4));
}

#[test]
fn the_zone_of_the_device_stands_in_until_there_is_another() {
    let engine = engine(WORLD);
    let zone = |name: &str| format!(",\"context\":{{\"timezone\":\"{name}\"}}");
    let text = [
        call("identify", "\"userId\":\"u1\"", "01T10:00:00", &zone("Asia/Tokyo")),
        call("identify", "\"userId\":\"u1\"", "02T10:00:00", &zone("Asia/Seoul")),
        call(
            "identify",
            "\"userId\":\"u2\"",
            "02T10:00:00",
            &(",\"traits\":{\"timezone\":\"Europe/Oslo\"}".to_owned() + &zone("Asia/Seoul")),
        ),
        call("identify", "\"userId\":\"u3\"", "02T10:00:00", &zone("Mars/Olympus")),
    ]
    .join("\n");
    let (inputs, rejected) = read(&engine, text.as_bytes());
    assert_eq!(rejected.len(), 1);
    let (driver, _) = drive(&engine, &inputs, Options::default());
    let zones: Vec<_> = driver.contacts().map(|c| value(engine.program(), c, "timezone").clone()).collect();
    assert_eq!(zones, [Value::text("Asia/Tokyo"), Value::text("Europe/Oslo"), Value::Missing]);
}

#[test]
fn the_clock_never_goes_back_and_stops_where_it_is_told() {
    let engine = engine(WORLD);
    let text = [
        call("identify", "\"userId\":\"u1\"", "05T10:00:00", ",\"traits\":{\"seats\":2}"),
        call("identify", "\"userId\":\"u1\"", "04T10:00:00", ",\"traits\":{\"seats\":1}"),
        call("identify", "\"userId\":\"u2\"", "09T10:00:00", ""),
    ]
    .join("\n");
    let (inputs, _) = read(&engine, text.as_bytes());
    let until: jiff::Timestamp = "2026-03-07T00:00:00Z".parse().unwrap();
    let until = Timestamp(until.as_millisecond());
    let (driver, _) = drive(&engine, &inputs, Options { until: Some(until), ..Options::default() });
    assert_eq!(driver.now(), until);
    assert_eq!((driver.counts().inputs, driver.counts().after_end), (2, 1));
    let contact = driver.contacts().next().unwrap();
    assert_eq!(*value(engine.program(), contact, "seats"), Value::Int(2), "the newer value stays");
}

const LETTERS: &str = r#"
contact { email: email? personal }
topic news { consent opt_in }
topic bills { consent none }
message hello { channel email  topic news  subject "Hello"  body "Hello." }
message bill { channel email  topic bills  subject "Bill"  body "Your bill: {{ event.value }}." }
message later { channel email  topic bills  subject "Later"  body "Later." }
event signed_up { value: money }
event never_happens
sequence welcome { enter on signed_up
  send hello
  send bill
  wait 30 days
  send later
}
sequence other { enter on never_happens
  send later
}
"#;

#[test]
fn a_story_says_what_was_sent_and_what_stood_in_the_way() {
    let engine = engine(LETTERS);
    let signed = ",\"event\":\"signed_up\",\"properties\":{\"value\":12.5}";
    let mail = ",\"traits\":{\"email\":\"ana@x.example\"}";
    let text = [
        call("identify", "\"anonymousId\":\"a1\"", "01T09:00:00", mail),
        call("track", "\"userId\":\"u2\"", "01T09:30:00", signed),
        call("track", "\"userId\":\"u1\",\"anonymousId\":\"a1\"", "01T10:00:00", signed),
        call("track", "\"userId\":\"u2\"", "04T09:30:00", signed),
    ]
    .join("\n");
    let (inputs, rejected) = read(&engine, text.as_bytes());
    assert_eq!(rejected, []);
    let renderer = Renderer::shared(&engine);
    let story = story::tell(&engine, &renderer, Options::default(), &inputs, "a1").unwrap();
    assert_eq!(story.contact, "u1");
    assert_eq!(story.until, "2026-03-04T09:30:00.000Z");
    let lines: Vec<_> = story.moments.iter().map(|moment| moment.line.as_str()).collect();
    assert!(lines.iter().any(|line| line.starts_with("sent bill")), "{lines:#?}");
    assert!(!lines.iter().any(|line| line.contains("ana@x.example")), "no personal data: {lines:#?}");
    let reasons: Vec<_> = story
        .not_sent
        .iter()
        .flat_map(|not| not.ways.iter().map(|way| format!("{}: {}: {}", not.message, way.sequence, way.reason)))
        .collect();
    assert_eq!(
        reasons,
        [
            "hello: welcome: dropped by consent at 2026-03-01T10:00:00.000Z",
            "later: other: no run began: it begins at never_happens",
            "later: welcome: not yet: the run is at `wait 30 days` until 2026-03-31T09:00:00.000Z",
        ]
    );
    assert!(story::tell(&engine, &renderer, Options::default(), &inputs, "nobody").is_none());
    // The same as in a run over everything.
    let mut timeline = Timeline::new(&engine);
    let mut driver = Driver::new(Arc::clone(&engine), renderer, Options::default());
    for incoming in &inputs {
        driver.feed(incoming, &mut timeline);
    }
    let number = driver.people().find_user("u1").unwrap();
    let whole: Vec<_> = timeline.of(driver.people(), number).map(flow_runtime::timeline::Entry::moment).collect();
    assert_eq!(whole, story.moments);
}

#[test]
fn every_word_of_input_and_output_is_documented() {
    let text = std::fs::read_to_string(root().join("docs/events-and-decisions.md")).unwrap();
    let mut words: Vec<&str> = flow_runtime::ingest::Reason::ALL.iter().map(|reason| reason.code()).collect();
    words.extend(flow_runtime::record::Kind::ALL.iter().map(|kind| kind.word()));
    words.extend(flow_machine::decision::Gate::ALL.iter().map(|gate| gate.name()));
    let missing: Vec<_> = words.iter().filter(|word| !text.contains(&format!("`{word}`"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
    for reason in flow_runtime::ingest::Reason::ALL {
        assert_eq!(serde_json::to_value(reason).unwrap(), reason.code());
    }
}
