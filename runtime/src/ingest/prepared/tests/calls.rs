//! Calls of all sorts: right, odd and wrong. Many have their shape in common, so that what is known of one is used for
//! the others.

/// Chance that is the same each time (xorshift).
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 11).unwrap() % end
    }

    fn of<'t>(&mut self, all: &[&'t str]) -> &'t str {
        all[self.below(all.len())]
    }
}

/// What a call looks like, and what stands in it.
struct Chance {
    shape: Random,
    value: Random,
}

const TYPES: [&str; 14] = [
    r#""page""#,
    r#""identify""#,
    r#""track""#,
    r#""track""#,
    r#""track""#,
    r#""page""#,
    r#""page""#,
    r#""identify""#,
    r#""identify""#,
    r#""alias""#,
    r#""group""#,
    r#""dance""#,
    "null",
    "5",
];
const EVENTS: [&str; 10] = [
    r#""Order Completed""#,
    r#""video_watched""#,
    r#""email_opened""#,
    r#""Order Completed""#,
    r#""Order Completed""#,
    r#""video_watched""#,
    r#""video_watched""#,
    r#""email_opened""#,
    r#""Unknown""#,
    "7",
];
const IDS: [&str; 12] = [
    r#""u1""#,
    r#""u2""#,
    r#""u1""#,
    r#""u2""#,
    r#""a2""#,
    r#""ü \" 3""#,
    r#""a1""#,
    r#""""#,
    "7",
    "null",
    "1.5",
    "{}",
];
const TIMES: [&str; 16] = [
    r#""2026-03-01T09:59:59Z""#,
    r#""2026-03-01T10:00:00Z""#,
    r#""2026-03-01T10:01:00Z""#,
    r#""2026-03-01T10:02:00-01:00""#,
    r#""2026-03-01T10:03:00Z""#,
    r#""2026-03-01T10:04:00Z""#,
    r#""2026-02-01T10:00:00Z""#,
    r#""2026-03-01T10:00:00Z""#,
    r#""2026-03-01T10:00:00.250+02:00""#,
    r#""2026-03-02T10:00:00.5Z""#,
    r#""2026-03-01 11:00""#,
    r#""2026-03-01""#,
    r#""yesterday""#,
    r#""""#,
    "null",
    "1772359200",
];
const VALUES: [&str; 24] = [
    r#""a""#,
    r#""a""#,
    r#""EUR""#,
    r#""USD""#,
    r#""pro""#,
    r#""Europe/Berlin""#,
    r#""a@b.example""#,
    r#""2026-03-01T10:00:00Z""#,
    r#""39.95""#,
    r#""5""#,
    r#""\u00dc""#,
    r#""""#,
    "5",
    "39.95",
    "39.955",
    "150",
    "-1",
    "1e300",
    "true",
    "null",
    "[]",
    r#"["a",null,5,"a"]"#,
    "{}",
    r#"{"path":"/in","source":"s"}"#,
];
const PROPERTIES: [&str; 12] = [
    "orderId", "revenue", "video", "percent", "path", "currency", "title", "name", "url", "groupId", "message",
    "orderId",
];
const TRAITS: [&str; 9] = ["email", "name", "plan", "timezone", "mrr", "trial", "tags", "joined", "seats"];
const PAGE: [&str; 6] = ["path", "url", "title", "referrer", "search", "path"];
const CAMPAIGN: [&str; 5] = ["source", "medium", "name", "content", "term"];

impl Chance {
    /// A value of any kind; what is often the same value has often the same kind.
    fn value(&mut self, all: &[&str]) -> String {
        let (first, other) = (self.shape.below(all.len()), self.value.below(all.len()));
        let kind = |text: &str| text.chars().next();
        let alike = kind(all[first]) == kind(all[other]) || self.value.below(4) == 0;
        all[if alike { other } else { first }].to_owned()
    }

    /// Some keys with values, most of which fit; mostly with some firm ones before.
    fn object(&mut self, firm: &[&str], keys: &[&str]) -> String {
        let firm = if self.shape.below(5) == 0 { &[][..] } else { firm };
        let entries = (0..firm.len() + self.shape.below(keys.len())).map(|number| {
            let key = if number < firm.len() { firm[number] } else { self.shape.of(keys) };
            let fits = match key {
                "revenue" | "mrr" => &["5", "39.95", r#""39.95""#],
                "percent" => &["5", "50", "5.0"],
                "currency" => &[r#""EUR""#, r#""eur""#, "null"],
                "email" => &[r#""a@b.example""#, r#""A@B.Example""#, "null"],
                "plan" => &[r#""pro""#, r#""free""#, "null"],
                "timezone" => &[r#""Asia/Tokyo""#, r#""europe/berlin""#, r#""UTC""#],
                "trial" => &["true", "false", "null"],
                "tags" => &[r#"["a","b"]"#, r#"[]"#, r#""a""#],
                "joined" => &[r#""2026-03-01T10:00:00Z""#, r#""2026-03-01""#, "null"],
                _ => &[r#""a""#, r#""b""#, "7"],
            };
            let odd = self.shape.below(24) == 0 || self.value.below(24) == 0;
            format!(r#""{key}":{}"#, self.value(if odd { &VALUES } else { fits }))
        });
        format!("{{{}}}", entries.collect::<Vec<_>>().join(","))
    }

    fn context(&mut self) -> String {
        let (traits, page, campaign) =
            (self.object(&[], &TRAITS), self.object(&[], &PAGE), self.object(&[], &CAMPAIGN));
        let zone = self.value(&[r#""Asia/Tokyo""#, r#""nowhere""#, "null"]);
        let all = [
            format!(r#""traits":{traits}"#),
            format!(r#""page":{page}"#),
            format!(r#""campaign":{campaign}"#),
            format!(r#""timezone":{zone}"#),
            r#""page":5"#.to_owned(),
        ];
        let some: Vec<_> = all.into_iter().filter(|_| self.shape.below(3) == 0).collect();
        format!("{{{}}}", some.join(","))
    }

    fn call(&mut self, deep: bool) -> String {
        let mut parts = Vec::new();
        let mut often = |chance: &mut Self, of: usize, key: &str, value: &dyn Fn(&mut Self) -> String| {
            while chance.shape.below(of) != 0 {
                parts.push(format!(r#""{key}":{}"#, value(chance)));
                if chance.shape.below(12) != 0 {
                    break;
                }
            }
        };
        often(self, 20, "type", &|it| it.value(&TYPES));
        often(self, 8, "event", &|it| it.value(&EVENTS));
        often(self, 4, "userId", &|it| it.value(&IDS));
        often(self, 2, "anonymousId", &|it| it.value(&IDS));
        often(self, 2, "previousId", &|it| it.value(&IDS));
        often(self, 3, "messageId", &|it| it.value(&IDS));
        often(self, 6, "timestamp", &|it| it.value(&TIMES));
        for key in ["receivedAt", "sentAt", "originalTimestamp"] {
            often(self, 2, key, &|it| it.value(&TIMES));
        }
        often(self, 4, "properties", &|it| it.object(&PROPERTIES[..5], &PROPERTIES));
        often(self, 2, "traits", &|it| it.object(&[], &TRAITS));
        often(self, 2, "context", &Self::context);
        for key in ["name", "category", "groupId", "properties"] {
            if self.shape.below(8) == 0 {
                often(self, 2, key, &|it| it.value(&VALUES));
            }
        }
        if deep && self.shape.below(6) == 0 {
            let count = self.shape.below(4);
            let calls: Vec<_> = (0..count).map(|_| self.call(false)).collect();
            parts.push(format!(r#""batch":[{}{}]"#, calls.join(","), if count == 1 { ",5" } else { "" }));
        }
        format!("{{{}}}", parts.join(","))
    }
}

/// Lines of a few shapes, mixed.
pub(super) fn lines(seed: u64) -> Vec<String> {
    let mut lines = Vec::new();
    for number in 0..60 {
        let shape = seed * 1_000 + number % 12;
        let mixed = |by: u64| Random((shape + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ by);
        let mut chance = Chance { shape: mixed(0), value: mixed((number + 1) << 20) };
        lines.push(chance.call(true));
    }
    lines
}
