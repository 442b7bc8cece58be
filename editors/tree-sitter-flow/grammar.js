// The grammar of Flowline for editors. What counts is `grammar/flow.pest`: a test holds the borders of items against
// the compiler's. `cargo run --manifest-path generator/Cargo.toml` makes `src/parser.c` from this file.
//
// * Heads of items, and where two words decide, are found by `src/scanner.c`: a head in the first column begins an item
//   wherever it stands, so that what is broken never reaches into the next item.
// * A word is a keyword only where the grammar has a place for it, so that fields may be called `email` or `order`.

const words = require("./keywords.json");

const list = (rule) => seq(rule, repeat(seq(",", rule)));

/** What stands in braces. The closing one is missing where the next item begins, and may be while one writes. */
const body = ($, rule) => seq("{", repeat(rule), $._close);

/** The same for a whole item, of which there may be the head alone as yet. */
const whole = ($, rule) => choice(body($, rule), $._missing_close);

/** The head of an item: a token of the scanner that is shown as the word that it is. */
const head = ($, word) => alias($[`_head_${word}`], word);

/** How tight operators bind, from the loosest. */
const bind = { condition: 1, or: 2, and: 3, not: 4, compare: 5, default: 6, add: 7, multiply: 8, sign: 9 };

module.exports = grammar({
  name: "flow",

  // The order is that of `enum Token` in `src/scanner.c`.
  externals: ($) => [
    $.comment,
    $.doc_comment,
    $.string_content,
    $.duration,
    $.money,
    $.points,
    $._in_before_word,
    $._object,
    $._missing_close,
    $._missing_quote,
    $._in_error,
    ...words.item.map((word) => $[`_head_${word}`]),
  ],

  extras: ($) => [/[ \t\r\n]/, $.comment, $.doc_comment],

  word: ($) => $.identifier,

  supertypes: ($) => [$._item, $._step, $._expression],

  conflicts: ($) => [
    // `personal` marks a field or begins the next one: a colon tells.
    [$.field],
  ],

  rules: {
    source_file: ($) => repeat($._item),

    _close: ($) => choice("}", $._missing_close),

    _item: ($) =>
      choice(
        $.enum_item,
        $.contact_item,
        $.event_item,
        $.segment_item,
        $.score_item,
        $.lifecycle_item,
        $.topic_item,
        $.message_item,
        $.limits_item,
        $.sequence_item,
        $.calendar_item,
        $.team_item,
        $.sla_item,
        $.moved_item,
        $.retired_item,
        $.test_item,
      ),

    // ----------------------------------------------------------------------------------------------------------
    // The world

    enum_item: ($) => seq(head($, "enum"), field("name", $.identifier), whole($, $.enum_value)),
    enum_value: ($) => seq(field("name", $.identifier), optional(",")),

    contact_item: ($) => seq(head($, "contact"), whole($, $.field)),
    event_item: ($) => seq(head($, "event"), field("name", $.identifier), optional($.wire_name), optional(body($, $.field))),
    wire_name: ($) => seq("as", choice($.string, $.identifier)),

    field: ($) =>
      seq(field("name", $._field_name), ":", field("type", $.type), optional("?"), repeat($.field_modifier), optional(",")),
    _field_name: ($) => choice($.identifier, alias(choice("as", "from", "personal", "unique"), $.identifier)),
    type: ($) => seq(optional(seq("set", "of")), $.identifier),
    field_modifier: ($) =>
      choice(
        seq("in", $._signed, "..", $._signed),
        seq("as", $.string),
        "personal",
        "unique",
        seq("from", field("connector", $.identifier)),
      ),

    // ----------------------------------------------------------------------------------------------------------
    // Segments, scores, lifecycles

    segment_item: ($) => seq(head($, "segment"), field("name", $.identifier), choice(seq("{", optional($._expression), $._close), $._missing_close)),

    score_item: ($) =>
      seq(
        head($, "score"),
        field("name", $.identifier),
        whole($, choice($.range_clause, $.half_life_clause, $.score_rule, $.bands_clause)),
      ),
    range_clause: ($) => seq("range", $._signed_number, "..", $._signed_number),
    half_life_clause: ($) => seq("half-life", $.duration),
    score_rule: ($) =>
      prec.right(
        seq(
          $.points,
          choice(
            seq("when", $._expression),
            seq(
              "on",
              $.event_reference,
              repeat(
                choice(
                  seq("at", "most", $.number, "per", $.duration),
                  seq("once", "per", field("field", $.identifier)),
                  seq("no", "decay"),
                  $.half_life_clause,
                ),
              ),
            ),
          ),
        ),
      ),
    bands_clause: ($) => seq("bands", body($, $.band)),
    band: ($) =>
      seq(field("name", $.identifier), "from", $._signed_number, optional(seq("until", $._signed_number)), optional(",")),

    lifecycle_item: ($) =>
      seq(
        head($, "lifecycle"),
        field("name", $.identifier),
        whole($, choice($.stages_clause, $.start_clause, $.promise_clause, $.transition)),
      ),
    stages_clause: ($) => seq("stages", list(alias($.identifier, $.stage))),
    start_clause: ($) => seq("start", alias($.identifier, $.stage)),
    promise_clause: ($) =>
      seq("expect", alias($.identifier, $.stage), "->", alias($.identifier, $.stage), "within", $.duration),
    transition: ($) =>
      seq(
        choice("any", list($._from_stage)),
        "->",
        alias($.identifier, $.stage),
        choice(seq("when", $._expression, optional(seq("for", $.duration))), seq("on", $.triggers)),
      ),

    _from_stage: ($) => choice(alias($.identifier, $.stage), alias(choice("start", "expect", "stages"), $.stage)),

    // ----------------------------------------------------------------------------------------------------------
    // Messages

    topic_item: ($) =>
      seq(
        head($, "topic"),
        field("name", $.identifier),
        whole($, choice(seq("consent", alias($.identifier, $.constant)), "transactional")),
      ),

    message_item: ($) => seq(head($, "message"), field("name", $.identifier), whole($, $._message_clause)),
    _message_clause: ($) =>
      choice(
        seq("channel", field("channel", $.identifier)),
        seq("topic", field("topic", $.identifier)),
        seq("subject", $.string),
        seq("body", $._content),
        seq("text", $._content),
        seq("priority", $._signed_number),
        seq("track", optional(field("track", $.identifier))),
      ),
    _content: ($) => choice($.string, seq("file", $.string)),

    limits_item: ($) => seq(head($, "limits"), whole($, choice($.cap_clause, $.quiet_clause, $.when_capped_clause))),
    cap_clause: ($) => seq(field("channel", $.identifier), "at", "most", list(seq($.number, "per", $.duration))),
    quiet_clause: ($) => seq("quiet", $.clock_range, "local"),
    when_capped_clause: ($) =>
      seq("when", "capped", ":", choice("skip", seq("wait", "up", "to", $.duration, "then", "skip"))),

    // ----------------------------------------------------------------------------------------------------------
    // Sequences

    sequence_item: ($) =>
      seq(head($, "sequence"), field("name", $.identifier), whole($, choice($.sequence_clause, $._step))),
    sequence_clause: ($) =>
      prec.right(
        choice(
          seq("enter", "on", $.triggers),
          seq("key", field("key", $.identifier)),
          seq("unless", $._expression),
          seq("exit", "when", $._expression),
          seq("exit", "on", $.triggers),
          seq("again", optional(seq("after", $.duration))),
          "once",
          seq("goal", $.triggers, optional(seq("within", $.duration))),
          seq("holdout", $.percentage),
          seq(alias($._in_before_word, "in"), "flight", "finish"),
          seq("enroll", "existing"),
        ),
      ),

    block: ($) => body($, $._step),
    _step: ($) =>
      choice(
        $.labelled_step,
        $.wait_step,
        $.send_step,
        $.choose_step,
        $.split_step,
        $.set_step,
        $.call_step,
        $.notify_step,
        $.emit_step,
        $.enroll_step,
        $.exit_step,
      ),
    labelled_step: ($) => seq("step", field("label", $.identifier), ":", $._step),

    wait_step: ($) =>
      seq(
        "wait",
        choice(
          $.duration,
          seq("until", choice($.days_and_time, $.moment)),
          seq("up", "to", $.duration, optional(seq("since", "entry")), $.wait_arms),
          seq("for", choice($.wait_arms, $.triggers)),
        ),
      ),
    wait_arms: ($) => body($, choice($.wait_branch, $.timeout_branch)),
    wait_branch: ($) => seq("on", $.triggers, $.block),
    timeout_branch: ($) => seq("timeout", $.block),
    moment: ($) => seq($._expression, optional(seq("at", $.clock)), optional(seq("else", choice("exit", "continue")))),
    days_and_time: ($) => prec(1, seq(optional($._days), choice($.clock, $.clock_range))),
    _days: ($) => list(seq($.day, optional(seq("..", $.day)))),
    day: (_) => choice(...words.day),

    send_step: ($) =>
      seq("send", field("message", $.identifier), optional(seq("at", "best", "time", optional(seq("within", $.duration))))),
    choose_step: ($) => seq("choose", body($, choice($.when_branch, $.otherwise_branch))),
    when_branch: ($) => seq("when", $._expression, $.block),
    otherwise_branch: ($) => seq("otherwise", $.block),
    split_step: ($) => seq("split", field("name", $.identifier), body($, $.split_arm)),
    split_arm: ($) => seq($.percentage, field("name", $.identifier), $.block),
    set_step: ($) =>
      seq(
        "set",
        choice(
          seq("consent", field("topic", $.identifier), choice("granted", "withdrawn")),
          seq(
            field("field", choice($.identifier, alias("consent", $.identifier))),
            choice(seq(choice("to", "add", "remove"), $._expression), "clear"),
          ),
        ),
      ),
    call_step: ($) => seq("call", $.action, $.arguments),
    action: ($) => seq(field("connector", $.identifier), ".", field("action", $.identifier)),
    arguments: ($) => body($, $.argument),
    argument: ($) => seq(field("name", $.identifier), ":", $._expression, optional(",")),
    notify_step: ($) => seq("notify", field("team", $.identifier), $.string),
    emit_step: ($) => seq("emit", field("event", $.identifier), optional($.arguments)),
    enroll_step: ($) => seq("enroll", "in", field("sequence", $.identifier)),
    exit_step: (_) => "exit",

    // ----------------------------------------------------------------------------------------------------------
    // Service levels

    calendar_item: ($) =>
      seq(
        head($, "calendar"),
        field("name", $.identifier),
        whole($, choice(alias($._open_hours, $.days_and_time), seq("zone", $.string), seq("except", $.list))),
      ),
    _open_hours: ($) => seq(optional($._days), $.clock_range),

    team_item: ($) =>
      seq(
        head($, "team"),
        field("name", $.identifier),
        whole($, choice(seq("email", $.string), seq("webhook", field("connector", $.identifier)))),
      ),

    sla_item: ($) => seq(head($, "sla"), field("name", $.identifier), whole($, $.sla_clause)),
    sla_clause: ($) =>
      choice(
        seq("per", $._expression),
        seq("start", "on", $.triggers),
        seq("met", "on", $.triggers, "within", $.duration, optional(seq("of", field("calendar", $.identifier)))),
        seq("remind", "at", $.duration, $.block),
        seq("breach", $.block),
        seq("pause", "while", $._expression),
        seq("target", $.percentage),
      ),

    // ----------------------------------------------------------------------------------------------------------
    // Changes while people are inside

    moved_item: ($) => seq(head($, "moved"), $.address, "to", $.address),
    retired_item: ($) =>
      seq(head($, "retired"), $.address, "{", choice("exit", seq("continue", "at", alias($._step_address, $.address))), $._close),
    address: ($) => seq($.identifier, repeat1(seq(".", $.identifier))),
    _step_address: ($) => seq("step", ".", $.identifier),

    // ----------------------------------------------------------------------------------------------------------
    // Tests

    test_item: ($) => seq(head($, "test"), field("name", $.string), whole($, $._test_line)),
    _test_line: ($) =>
      choice($.test_contact, $.varies, $.test_time, $.merge, $.expectation, $.does_event, $.sets_event, $.channel_event, $.consent_event),
    test_contact: ($) => seq("contact", field("name", $.identifier), $.test_fields),
    test_fields: ($) => body($, $.test_field),
    test_field: ($) => seq(field("name", $.identifier), optional(":"), choice($.list, $._signed, $.path), optional(",")),
    varies: ($) => seq("varies", list($.identifier)),
    test_time: ($) => choice(seq("at", $.datetime), seq("after", $.duration)),
    merge: ($) => seq("merge", choice($.string, $.identifier), "into", field("contact", $.identifier)),

    does_event: ($) =>
      seq(field("contact", $.identifier), "does", field("event", $.identifier), optional($.test_fields), repeat($.event_modifier)),
    sets_event: ($) => seq(field("contact", $.identifier), "sets", $.test_fields, optional($.event_modifier)),
    channel_event: ($) =>
      seq(
        field("contact", $.identifier),
        choice("delivered", "opened", "clicked", "bounced", "complained"),
        optional(field("message", alias($._object, $.identifier))),
        optional(seq("by", "machine")),
        repeat($.event_modifier),
      ),
    consent_event: ($) =>
      seq(
        field("contact", $.identifier),
        choice("subscribes", "unsubscribes"),
        optional(field("topic", alias($._object, $.identifier))),
        repeat($.event_modifier),
      ),
    event_modifier: ($) => choice(seq("id", $.string), seq($.duration, "ago"), seq("as", "anonymous", $.string)),

    expectation: ($) =>
      seq(
        "expect",
        field("contact", $.identifier),
        choice(
          seq(optional("not"), "sent", field("message", $.identifier), optional(choice("once", seq($.number, "times")))),
          seq(choice("held", "dropped"), field("message", $.identifier), optional(seq("by", alias($.identifier, $.constant)))),
          seq("at", "step", $.path),
          seq("sla", field("sla", $.identifier), choice("met", "breached", "running")),
          seq(optional("not"), "called", $.action),
          seq(optional("not"), "notified", field("team", $.identifier)),
          seq($.score_reference, "between", $._signed_number, "and", $._signed_number),
          $._expression,
        ),
      ),

    // ----------------------------------------------------------------------------------------------------------
    // Triggers and expressions

    triggers: ($) => list($._trigger),
    _trigger: ($) => choice($.membership_trigger, $.band_trigger, $.event_reference),
    membership_trigger: ($) =>
      choice(
        seq("entered", "segment", field("segment", $.identifier)),
        seq("entered", "stage", field("lifecycle", $.identifier), ".", alias($.identifier, $.stage)),
        seq("left", "segment", field("segment", $.identifier)),
      ),
    band_trigger: ($) => seq(field("score", $.identifier), "becomes", alias($.identifier, $.band_name)),
    event_reference: ($) => seq($._event, optional($.filter)),
    _event: ($) => seq(field("event", $.identifier), optional(seq("(", field("message", $.identifier), ")"))),
    filter: ($) => seq("where", $._expression),
    _reach: ($) => choice("ever", seq(alias($._in_before_word, "in"), "last", $.duration)),

    _expression: ($) =>
      choice(
        $.conditional,
        $.binary_expression,
        $.unary_expression,
        $.membership_test,
        $.is_test,
        $.group_test,
        $.did_test,
        $.since_last,
        $.score_reference,
        $.stage_test,
        $.aggregate,
        $.parenthesized,
        $.list,
        $.path,
        $._literal,
      ),

    conditional: ($) =>
      prec.right(bind.condition, seq("if", $._expression, "then", $._expression, "else", $._expression)),
    binary_expression: ($) => {
      const operators = [
        ["or", bind.or],
        ["and", bind.and],
        [choice("==", "!=", "<", "<=", ">", ">=", "contains", "matches"), bind.compare],
        [seq(choice("starts", "ends"), "with"), bind.compare],
        ["??", bind.default],
        [choice("+", "-"), bind.add],
        [choice("*", "/"), bind.multiply],
      ];
      return choice(
        ...operators.map(([operator, tight]) =>
          prec.left(tight, seq(field("left", $._expression), operator, field("right", $._expression))),
        ),
      );
    },
    unary_expression: ($) =>
      choice(prec(bind.not, seq("not", $._expression)), prec(bind.sign, seq("-", $._expression))),
    membership_test: ($) => prec.left(bind.compare, seq($._expression, optional("not"), "in", $.list)),
    is_test: ($) => prec.left(bind.compare, seq($._expression, "is", optional("not"), alias($.identifier, $.constant))),
    group_test: ($) => seq("in", choice("segment", "sequence"), field("group", $.identifier)),
    did_test: ($) => prec.right(seq(optional("never"), "did", $.event_reference, optional($._reach))),
    since_last: ($) => prec.right(seq("time", "since", "last", $._event, optional(seq("where", $.parenthesized)))),
    score_reference: ($) => seq("score", field("score", $.identifier), optional(seq(".", field("part", $.identifier)))),
    stage_test: ($) =>
      seq("stage", field("lifecycle", $.identifier), choice("is", seq("at", "least")), alias($.identifier, $.stage)),
    aggregate: ($) =>
      seq(
        field("function", $.identifier),
        "(",
        $._event,
        optional(seq(".", field("field", $.identifier))),
        optional($.filter),
        optional($._reach),
        ")",
      ),
    parenthesized: ($) => seq("(", $._expression, ")"),
    list: ($) => seq("[", optional(seq(list($._expression), optional(","))), "]"),
    path: ($) => seq(choice($.identifier, alias($._free_word, $.identifier)), repeat(seq(".", $.identifier))),
    // Words of expressions that are fields where nothing follows that they need.
    _free_word: (_) => prec(-1, choice("did", "score", "stage", "time")),

    // ----------------------------------------------------------------------------------------------------------
    // Literals

    _literal: ($) =>
      choice($.string, $.datetime, $.date, $.clock, $.duration, $.money, $.percentage, $.number, $.boolean),
    _signed: ($) => choice($._literal, seq("-", $.number)),
    _signed_number: ($) => seq(optional("-"), $.number),

    boolean: (_) => choice("true", "false"),
    number: (_) => /[0-9]+(\.[0-9]+)?/,
    percentage: (_) => /[0-9]+(\.[0-9]+)?[ \t]*%/,
    date: (_) => /[0-9]{4}-[0-9]{2}-[0-9]{2}/,
    datetime: (_) => /[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?/,
    clock: (_) => /[0-9]{1,2}:[0-9]{2}(:[0-9]{2})?/,
    clock_range: ($) => seq($.clock, "..", $.clock),
    identifier: (_) => /[A-Za-z_\u00a1-\u{10ffff}][A-Za-z0-9_\u00a1-\u{10ffff}]*/u,

    // What stands in `{{ }}` and `{% %}` is Jinja. It is cut into words and no further: what is wrong in a template is
    // told by the compiler, and never takes the item apart.
    string: ($) =>
      seq('"', repeat(choice($.string_content, $.escape_sequence, $.interpolation, $.template_tag, $.template_comment)), choice('"', $._missing_quote)),
    escape_sequence: (_) => token.immediate(/\\[^\n]/),
    interpolation: ($) => seq(token.immediate("{{"), repeat($._template_part), "}}"),
    template_tag: ($) => seq(token.immediate("{%"), repeat($._template_part), "%}"),
    template_comment: (_) => token.immediate(/\{#([^#\n"]|#[^}\n"])*#\}/),
    _template_part: ($) =>
      choice(
        $.template_path,
        seq("|", alias($._template_word, $.template_filter)),
        $.template_string,
        $.template_number,
        $._template_sign,
      ),
    template_path: ($) => prec.right(seq($._template_word, repeat(seq(".", $._template_word)))),
    _template_word: (_) => /[A-Za-z_][A-Za-z0-9_]*/,
    template_string: (_) => choice(/'[^'\n"}]*'/, /\\"[^\\\n"}]*\\"/),
    template_number: (_) => /[0-9]+(\.[0-9]+)?/,
    _template_sign: (_) => token(prec(-1, /[^\s"]/)),
  },
});
