// What takes more than the next word to tell: comments, texts, numbers with units, and the heads of items.
//
// A head in the first column that looks like one is a head wherever it stands, so that an item whose bracket is missing
// ends before the next: as in `compiler/src/syntax/chunk.rs`. There is no state, so any edit can be parsed again from
// where it is.

#include <string.h>

#include "tree_sitter/parser.h"
#include "words.h"

// The order of `externals` in `grammar.js`; behind the last come the heads in the order of `ITEMS`.
enum Token { COMMENT, DOC_COMMENT, STRING_CONTENT, DURATION, MONEY, POINTS, IN_BEFORE_WORD, OBJECT, MISSING_CLOSE, MISSING_QUOTE, IN_ERROR, HEADS };

enum { WORD_MAX = 16 };

static const char *const ITEMS[] = {FLOW_ITEMS, NULL};
static const char *const UNITS[] = {FLOW_UNITS, NULL};

// What begins a line of a test or goes on with it, and so is the object of none.
static const char *const LINE_WORDS[] = {"at", "after", "merge", "expect", "contact", "varies", "by", "as", "id", NULL};
static const char *const VERBS[] = {"does",    "sets",       "delivered",  "opened",       "clicked",
                                    "bounced", "complained", "subscribes", "unsubscribes", NULL};

static bool is_digit(int32_t c) { return c >= '0' && c <= '9'; }

static bool is_letter(int32_t c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c >= 0xA1;
}

static bool is_word(int32_t c) { return is_letter(c) || is_digit(c); }

static bool is_gap(int32_t c) { return c == ' ' || c == '\t'; }

static bool is_space(int32_t c) { return is_gap(c) || c == '\r' || c == '\n'; }

static void advance(TSLexer *lexer) { lexer->advance(lexer, false); }

static void skip_gap(TSLexer *lexer) {
    while (is_gap(lexer->lookahead)) advance(lexer);
}

// Reads a word to its end; one that is longer than any of ours is left empty.
static void read_word(TSLexer *lexer, char word[WORD_MAX]) {
    size_t length = 0;
    for (; is_word(lexer->lookahead); advance(lexer)) {
        bool fits = length + 1 < WORD_MAX && lexer->lookahead < 0x80;
        length = fits ? length + 1 : WORD_MAX;
        if (fits) word[length - 1] = (char)lexer->lookahead;
    }
    word[length < WORD_MAX ? length : 0] = 0;
}

static int find(const char *const *words, const char *word) {
    for (int i = 0; words[i]; i++) {
        if (strcmp(words[i], word) == 0) return i;
    }
    return -1;
}

static bool comment(TSLexer *lexer) {
    advance(lexer);
    if (lexer->lookahead != '/') return false;
    int slashes = 1;
    for (; lexer->lookahead == '/'; slashes++) advance(lexer);
    while (lexer->lookahead != '\r' && lexer->lookahead != '\n' && !lexer->eof(lexer)) advance(lexer);
    lexer->result_symbol = slashes == 3 ? DOC_COMMENT : COMMENT;
    lexer->mark_end(lexer);
    return true;
}

// Whether what a `{{`, `{%` or `{#` opens is closed before the text ends; stands at that end if it is not.
static bool closes(TSLexer *lexer, int32_t with) {
    advance(lexer);
    while (lexer->lookahead != '"' && lexer->lookahead != '\n' && !lexer->eof(lexer)) {
        int32_t c = lexer->lookahead;
        advance(lexer);
        if (c == with && lexer->lookahead == '}') return true;
        if (c == '\\' && lexer->lookahead != '\n' && !lexer->eof(lexer)) advance(lexer);
    }
    return false;
}

static bool string_content(TSLexer *lexer) {
    lexer->result_symbol = STRING_CONTENT;
    bool some = false;
    while (true) {
        lexer->mark_end(lexer);
        int32_t c = lexer->lookahead;
        if (c == '\n' || c == '\r' || lexer->eof(lexer)) {
            if (!some) lexer->result_symbol = MISSING_QUOTE;
            return true;
        }
        if (c == '"' || c == '\\') return some;
        advance(lexer);
        if (c == '{') {
            int32_t opens = lexer->lookahead;
            if ((opens == '{' || opens == '%' || opens == '#') && closes(lexer, opens == '{' ? '}' : opens)) return some;
        }
        some = true;
    }
}

// `90s`, `2 days`, `49.90 EUR`.
static bool number(TSLexer *lexer, const bool *valid) {
    while (is_digit(lexer->lookahead)) advance(lexer);
    bool whole = lexer->lookahead != '.';
    if (!whole) {
        advance(lexer);
        if (!is_digit(lexer->lookahead)) return false;
        while (is_digit(lexer->lookahead)) advance(lexer);
    }
    char word[WORD_MAX];
    bool stuck = !is_gap(lexer->lookahead);
    skip_gap(lexer);
    read_word(lexer, word);
    lexer->mark_end(lexer);
    // A unit of one letter sticks to its number, and no other does.
    if (valid[DURATION] && whole && find(UNITS, word) >= 0 && stuck == (strlen(word) == 1)) {
        lexer->result_symbol = DURATION;
        return true;
    }
    bool capitals = strlen(word) == 3;
    for (size_t i = 0; word[i]; i++) capitals = capitals && word[i] >= 'A' && word[i] <= 'Z';
    lexer->result_symbol = MONEY;
    return valid[MONEY] && capitals && !stuck;
}

// `+20 when`, `-5 on`: a rule of a score, and never the rest of a sum.
static bool points(TSLexer *lexer) {
    advance(lexer);
    skip_gap(lexer);
    if (!is_digit(lexer->lookahead)) return false;
    while (is_digit(lexer->lookahead) || lexer->lookahead == '.') advance(lexer);
    lexer->mark_end(lexer);
    while (is_space(lexer->lookahead)) advance(lexer);
    char word[WORD_MAX];
    read_word(lexer, word);
    lexer->result_symbol = POINTS;
    return strcmp(word, "when") == 0 || strcmp(word, "on") == 0;
}

// Whether what stands behind a keyword in the first column is the rest of a head.
static bool is_head(TSLexer *lexer, const char *item) {
    char word[WORD_MAX];
    skip_gap(lexer);
    if (strcmp(item, "contact") == 0 || strcmp(item, "limits") == 0) return lexer->lookahead == '{';
    if (strcmp(item, "test") == 0) return lexer->lookahead == '"';
    if (!is_letter(lexer->lookahead)) return false;
    read_word(lexer, word);
    if (strcmp(item, "moved") == 0 || strcmp(item, "retired") == 0) return lexer->lookahead == '.';
    skip_gap(lexer);
    int32_t c = lexer->lookahead;
    // An event may have no fields, and so no bracket.
    if (strcmp(item, "event") == 0 && (c == '\r' || c == '\n' || c == '/' || lexer->eof(lexer))) return true;
    return c == '{' || is_letter(c);
}

// `promotions` behind `ana subscribes`; with a verb behind it, a name begins the next line.
static bool object(TSLexer *lexer, const char *name) {
    lexer->mark_end(lexer);
    if (find(LINE_WORDS, name) >= 0) return false;
    char next[WORD_MAX];
    while (is_space(lexer->lookahead)) advance(lexer);
    read_word(lexer, next);
    lexer->result_symbol = OBJECT;
    return find(VERBS, next) < 0;
}

static bool word(TSLexer *lexer, const bool *valid, bool first) {
    char word[WORD_MAX];
    read_word(lexer, word);
    if (valid[OBJECT] && !valid[IN_ERROR] && !first) return object(lexer, word);
    if (strcmp(word, "in") == 0 && valid[IN_BEFORE_WORD] && !valid[IN_ERROR]) {
        lexer->mark_end(lexer);
        while (is_space(lexer->lookahead)) advance(lexer);
        read_word(lexer, word);
        lexer->result_symbol = IN_BEFORE_WORD;
        return strcmp(word, "last") == 0 || strcmp(word, "flight") == 0;
    }
    int item = find(ITEMS, word);
    if (item < 0) return false;
    if (valid[MISSING_CLOSE] && !valid[IN_ERROR]) {
        // Without a length: what is read again behind it is the head.
        lexer->result_symbol = MISSING_CLOSE;
        return first && is_head(lexer, word);
    }
    lexer->mark_end(lexer);
    lexer->result_symbol = (TSSymbol)(HEADS + item);
    if (valid[HEADS + item] && !valid[IN_ERROR]) return true;
    return first && is_head(lexer, word);
}

void *tree_sitter_flow_external_scanner_create(void) { return NULL; }

void tree_sitter_flow_external_scanner_destroy(void *state) { (void)state; }

unsigned tree_sitter_flow_external_scanner_serialize(void *state, char *buffer) {
    (void)state;
    (void)buffer;
    return 0;
}

void tree_sitter_flow_external_scanner_deserialize(void *state, const char *buffer, unsigned length) {
    (void)state;
    (void)buffer;
    (void)length;
}

bool tree_sitter_flow_external_scanner_scan(void *state, TSLexer *lexer, const bool *valid) {
    (void)state;
    if (valid[STRING_CONTENT] && !valid[IN_ERROR]) return string_content(lexer);
    lexer->mark_end(lexer);
    while (is_space(lexer->lookahead)) lexer->advance(lexer, true);
    if (lexer->eof(lexer)) {
        lexer->result_symbol = MISSING_CLOSE;
        return valid[MISSING_CLOSE] && !valid[IN_ERROR];
    }
    int32_t c = lexer->lookahead;
    if (c == '/') return comment(lexer);
    if (is_digit(c)) return (valid[DURATION] || valid[MONEY]) && number(lexer, valid);
    if (c == '+' || c == '-') return valid[POINTS] && points(lexer);
    if (is_letter(c)) return word(lexer, valid, lexer->get_column(lexer) == 0);
    return false;
}
