//! What is taken from lines and what is not.

use std::sync::Arc;

use flow_graph::{Id, Value};

use super::{Catalog, Format, Incoming, Inputs, Mapping, Read, Reason, Rejection, Scope};
use crate::sample;

fn read(text: &[u8], format: &Format) -> (Vec<Incoming>, Vec<Rejection>) {
    let catalog = Arc::new(Catalog::new(&sample::engine()));
    let mut taken = Vec::new();
    let mut rejected = Vec::new();
    for read in Inputs::new(catalog, text, "in", 0, format).unwrap() {
        match read.unwrap() {
            Read::Incoming(incoming) => taken.push(*incoming),
            Read::Rejected(rejection) => rejected.push(rejection),
        }
    }
    (taken, rejected)
}

fn one(line: &str) -> Result<Incoming, Reason> {
    let (mut taken, rejected) = read(line.as_bytes(), &Format::Segment);
    match (taken.pop(), rejected.first()) {
        (Some(incoming), None) => Ok(incoming),
        (None, Some(rejection)) => Err(rejection.reason),
        other => panic!("{line}: {other:?}"),
    }
}

fn track(event: &str, properties: &str) -> String {
    format!(
        r#"{{"type":"track","userId":"u1","anonymousId":null,"messageId":"m1","event":"{event}",
           "properties":{properties},"timestamp":"2026-03-27T10:00:00Z"}}"#
    )
    .replace('\n', "")
}

#[test]
fn a_track_call_becomes_a_typed_event() {
    let line = track("Order Completed", r#"{"orderId": 5001, "revenue": 39.95, "currency": "EUR", "products": [{}]}"#);
    let incoming = one(&line).unwrap();
    assert_eq!(incoming.who.user.as_deref(), Some("u1"));
    assert_eq!(incoming.who.anonymous, None);
    let event = incoming.event.unwrap();
    assert_eq!(event.kind, Id::new(sample::ORDER));
    assert_eq!(*event.values, [Value::text("5001"), Value::Money(3995)]);
    assert_eq!(event.time.to_string(), "2026-03-27T10:00:00.000Z");
    assert_eq!(&*event.id, "m1");
}

#[test]
fn values_of_the_wrong_kind_refuse_the_event() {
    let order = |properties| one(&track("Order Completed", properties)).map(|_| ());
    assert_eq!(order(r#"{"orderId":"o1","revenue":"39.95"}"#), Ok(()));
    assert_eq!(order(r#"{"orderId":"o1"}"#), Err(Reason::MissingField));
    assert_eq!(order(r#"{"orderId":"o1","revenue":null}"#), Err(Reason::MissingField));
    assert_eq!(order(r#"{"orderId":"o1","revenue":"39,95"}"#), Err(Reason::InvalidValue));
    assert_eq!(order(r#"{"orderId":"o1","revenue":1,"currency":"USD"}"#), Err(Reason::WrongCurrency));
    assert_eq!(order(r#"{"orderId":["o1"],"revenue":1}"#), Err(Reason::InvalidValue));
    let video =
        |percent: &str| one(&track("video_watched", &format!(r#"{{"video":"v","percent":{percent}}}"#))).map(|_| ());
    assert_eq!(video("75"), Ok(()));
    assert_eq!(video("75.0"), Ok(()));
    assert_eq!(video("75.5"), Err(Reason::InvalidValue));
    assert_eq!(video("\"75\""), Err(Reason::InvalidValue));
    assert_eq!(video("101"), Err(Reason::OutOfRange));
    assert_eq!(video("1e30"), Err(Reason::InvalidValue));
    assert_eq!(one(&track("Nope", "{}")), Err(Reason::UnknownEvent));
    assert_eq!(one(&track("unsubscribed", r#"{"topic":"news"}"#)).map(|_| ()), Ok(()));
}

#[test]
fn identify_takes_what_it_can() {
    let line = br#"{"type":"identify","userId":"u1","messageId":"m","timestamp":"2026-03-27T10:00:00Z","traits":{"email":"Ana@X.example","plan":"gold","seats":12,"tags":["b","a","b"],"address":{"city":"K"},"trial":"yes"},"context":{"timezone":"Mars/Olympus","traits":{"mrr":1999.5,"email":"other@x.example","name":null}}}"#;
    let (taken, rejected) = read(line, &Format::Segment);
    let expected = vec![
        (Id::new(0), Value::text("Ana@x.example")),
        (Id::new(4), Value::Money(199_950)),
        (Id::new(6), Value::set(vec![Value::text("a"), Value::text("b")])),
    ];
    assert_eq!(taken[0].changes, expected);
    assert_eq!(taken[0].zone, None);
    let reasons: Vec<_> = rejected.iter().map(|r| (r.scope, r.reason)).collect();
    let invalid = (Scope::Value, Reason::InvalidValue);
    assert_eq!(reasons, [invalid, invalid, (Scope::Value, Reason::OwnedField), invalid]);
}

#[test]
fn page_calls_use_their_context() {
    let line = r#"{"type":"page","anonymousId":"a1","name":"Home","timestamp":"2026-03-27T10:00:00Z","context":{"page":{"path":"/x","url":"https://e.test/x"},"campaign":{"source":"news","name":"spring"},"timezone":"Asia/Tokyo"}}"#;
    let incoming = one(line).unwrap();
    let event = incoming.event.unwrap();
    assert_eq!(event.kind, Id::new(sample::PAGE));
    assert_eq!(*event.values, [Value::text("/x"), Value::Missing]);
    let meta = event.meta.as_ref().unwrap();
    assert_eq!(meta.utm[0].as_deref(), Some("news"));
    assert_eq!(meta.utm[2].as_deref(), Some("spring"));
    assert_eq!(meta.page[0].as_deref(), Some("https://e.test/x"));
    assert_eq!(incoming.zone, Some(Value::text("Asia/Tokyo")));
}

#[test]
fn lines_that_are_no_calls() {
    let deep = format!("{}1{}", "[".repeat(100), "]".repeat(100));
    for (line, reason) in [
        ("{", Reason::NotJson),
        ("nonsense", Reason::NotJson),
        (deep.as_str(), Reason::TooDeep),
        ("[1]", Reason::NotACall),
        ("{}", Reason::NotACall),
        (r#"{"batch":7}"#, Reason::NotACall),
        (r#"{"type":"track","event":"unsubscribed","userId":"u"}"#, Reason::MissingTime),
        (r#"{"type":"identify","timestamp":"2026-01-01T00:00Z"}"#, Reason::MissingContact),
        (
            r#"{"type":"identify","userId":"","anonymousId":null,"timestamp":"2026-01-01T00:00Z"}"#,
            Reason::MissingContact,
        ),
        (r#"{"type":"identify","userId":true,"timestamp":"2026-01-01T00:00Z"}"#, Reason::InvalidId),
        (r#"{"type":"alias","userId":"u","timestamp":"2026-01-01T00:00Z"}"#, Reason::MissingContact),
        (r#"{"type":"identify","userId":"u","timestamp":"yesterday"}"#, Reason::InvalidTime),
        (r#"{"type":"identify","userId":"u","timestamp":"9999-12-31T23:59:59Z"}"#, Reason::InvalidTime),
        (r#"{"type":"dance","userId":"u","timestamp":"2026-01-01T00:00Z"}"#, Reason::NotACall),
    ] {
        assert_eq!(one(line).map(|_| ()), Err(reason), "{line}");
    }
    let (_, rejected) = read(b"\xff\xfe\n", &Format::Segment);
    assert_eq!(rejected[0].reason, Reason::NotUtf8);
}

#[test]
fn a_batch_is_several_calls() {
    let calls = [track("unsubscribed", "{}"), "7".to_owned(), track("Nope", "{}"), track("subscribed", "{}")];
    let (taken, rejected) = read(format!(r#"{{"batch":[{}]}}"#, calls.join(",")).as_bytes(), &Format::Segment);
    assert_eq!((taken.len(), rejected.len()), (2, 2));
}

fn mapping() -> Mapping {
    Mapping {
        event: "order_placed".to_owned(),
        contact: "customer".to_owned(),
        time: "date".to_owned(),
        id: None,
        fields: vec![("order".to_owned(), "no".to_owned()), ("value".to_owned(), "amount".to_owned())],
        delimiter: b',',
    }
}

#[test]
fn rows_become_events() {
    let text = "\u{feff}customer,date,no,amount\r\n001,1997-01-01,o1,33.33\r\n001,1997-01-01,o1,33.33\r\n\
                002,bad,o1,1\n003,1997-01-02,o2\n004,1997-01-02,\"o\n3\",1.5\n,1997-01-02,o,1\n005,1997-01-02,o,x\n\
                006,1997-01-02,\"open,1\n007,1997-01-03,o7,7\n";
    let (taken, rejected) = read(text.as_bytes(), &Format::Csv(mapping()));
    let users: Vec<_> = taken.iter().map(|i| (i.who.user.as_deref().unwrap(), i.origin.line)).collect();
    assert_eq!(users, [("001", 2), ("001", 3), ("004", 6), ("007", 11)]);
    assert_eq!(taken[0].time.to_string(), "1996-12-31T23:00:00.000Z");
    assert_eq!(*taken[2].event.as_ref().unwrap().values, [Value::text("o\n3"), Value::Money(150)]);
    assert_ne!(taken[0].id, taken[1].id, "equal rows stay two");
    let reasons: Vec<_> = rejected.iter().map(|r| (r.line, r.reason)).collect();
    assert_eq!(
        reasons,
        [
            (4, Reason::InvalidTime),
            (5, Reason::ColumnCount),
            (8, Reason::MissingContact),
            (9, Reason::InvalidValue),
            (10, Reason::UnclosedQuote)
        ]
    );
    let (again, _) = read(text.as_bytes(), &Format::Csv(mapping()));
    assert_eq!(again, taken, "reading is repeatable");
}

#[test]
fn no_bytes_make_it_panic() {
    let line = r#"{"type":"identify","userId":"u1","messageId":"m","timestamp":"2026-03-27T10:00:00Z","traits":{"email":"Zoë@x.example","mrr":1.5,"tags":["é"]},"context":{"timezone":"Asia/Tokyo"}}"#;
    let row = "customer,date,no,amount\n001,1997-01-01,\"o1\",33.33\n\"0\"\"2\",1997-01-01,ö,-1\n";
    let formats = [(line, Format::Segment), (row, Format::Csv(mapping()))];
    let catalog = Arc::new(Catalog::new(&sample::engine()));
    let mut seed = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = move || {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        usize::try_from(seed >> 8).unwrap_or(0)
    };
    for (text, format) in &formats {
        let mut cases: Vec<Vec<u8>> = (0..text.len()).map(|end| text.as_bytes()[..end].to_vec()).collect();
        for _ in 0..2_000 {
            let mut bytes = text.as_bytes().to_vec();
            for _ in 0..1 + random() % 4 {
                let at = random() % bytes.len();
                match random() % 3 {
                    0 => bytes[at] = u8::try_from(random() % 256).unwrap(),
                    1 => drop(bytes.remove(at)),
                    _ => bytes.insert(at, b"\"{}[],:\\\n\0\xff9-"[random() % 13]),
                }
            }
            cases.push(bytes);
        }
        for case in cases {
            if let Ok(inputs) = Inputs::new(Arc::clone(&catalog), case.as_slice(), "in", 0, format) {
                assert!(inputs.map(Result::unwrap).count() <= 40);
            }
        }
    }
}
