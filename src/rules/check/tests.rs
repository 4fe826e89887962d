//! One mistake a test, found at its place with what would be right.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::*;
use crate::rules::problem::Severity;

const SCHEMA: &str = "\
[[type]]\nid = 'model'\nlabel = 'Model'\nplural = 'Models'\ncolor = '#000000'\ndescription = ''\n\
[[type]]\nid = 'dataset'\nlabel = 'Dataset'\nplural = 'Datasets'\ncolor = '#000000'\ndescription = ''\n\
[[relation]]\nid = 'uses'\nlabel = 'uses'\ndefault_for = ['Model', 'Dataset']\ncolor = '#000000'\ndescription = ''\n\
[[relation]]\nid = 'trained_on'\nlabel = 'trained on'\ntypes = ['Dataset']\ncolor = '#000000'\ndescription = ''\n\
[[relation]]\nid = 'about'\nlabel = 'about'\nrole = 'topic'\ncolor = '#000000'\ndescription = ''\n";

fn folder(files: &[(&str, &str)]) -> RuleFolder {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), Cow::Owned(text.as_bytes().to_vec())));
    let mut all: BTreeMap<String, Cow<'static, [u8]>> = files.collect();
    all.entry("schema.toml".to_owned()).or_insert(Cow::Borrowed(SCHEMA.as_bytes()));
    RuleFolder { layers: vec![Layer::new(all)] }
}

/// The problems as `E`rror or `W`arning, place, message, help.
fn found(files: &[(&str, &str)]) -> Vec<String> {
    let letter = |problem: &Problem| {
        if problem.severity == Severity::Error { 'E' } else { 'W' }
    };
    check(&folder(files)).iter().map(|problem| format!("{} {problem}", letter(problem))).collect()
}

#[track_caller]
fn assert_found(files: &[(&str, &str)], expected: &[&str]) {
    assert_eq!(found(files), expected);
}

const HEAD: &str = "[[head]]\nid = 'h'\ntype = 'Model'\nwords = ['net']\nexamples = ['A [small net].']\n";

#[test]
fn the_default_rules_have_no_mistake() {
    let problems = check(&RuleFolder::embedded());
    let errors: Vec<String> = problems
        .iter()
        .filter(|problem| problem.severity == Severity::Error)
        .map(|problem| problem.render(false))
        .collect();
    assert!(errors.is_empty(), "{}", errors.concat());
}

#[test]
fn the_rules_of_another_field_have_no_mistake() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/biology");
    let rules = RuleFolder::read(std::path::Path::new(folder)).unwrap();
    assert_eq!(check(&rules), []);
    assert!(rules.parse().is_ok());
}

#[test]
fn right_rules_give_nothing() {
    assert_found(
        &[
            ("heads.toml", HEAD),
            ("lexicon/model.csv", "name,aliases,case,broader\nGLU-Net,=GLU,,\nGLU-Net-2,,,GLU-Net\n"),
        ],
        &[],
    );
}

#[test]
fn unknown_missing_and_misshapen_keys() {
    let text = "[[head]]\nid = 'h'\ntipe = 'Model'\nwords = 'net'\nexamples = ['A [net].']\nclass_noun = 1\n[other]\n";
    assert_found(
        &[("heads.toml", text)],
        &[
            "E heads.toml:1:1: the key `type` is missing; Label of the type that terms with this head have.",
            "E heads.toml:3:1: unknown key `tipe`; did you mean `type`?",
            "E heads.toml:4:9: `words` is of type string, not array; The nouns, singular.",
            "E heads.toml:6:14: `class_noun` is of type integer, not boolean; `true`: the noun says only what kind of thing the name before it is (\"the X dataset\") and is no part of it.",
            "E heads.toml:7:2: unknown key `other`; known are `head`",
        ],
    );
}

#[test]
fn values_out_of_range() {
    let pattern = "[[pattern]]\nid = 'P 1'\ntype = 'Model'\nregex = 'x'\nconfidence = 1.5\nexamples = []\n";
    assert_found(
        &[("patterns/a.toml", pattern)],
        &[
            "E patterns/a.toml:2:6: `P 1` is not fit for `id`; Id in lower case (`cue-evaluate`), unique in the rule set.",
            "E patterns/a.toml:5:14: `confidence` is 1.5, outside of 0 to 1",
            "E patterns/a.toml:6:12: `examples` is empty; Texts in which the pattern finds just the parts in `[brackets]`.",
        ],
    );
    let cue =
        "[[cue]]\nid = 'c'\nside = 'befor'\nrelation = 'uses'\nphrases = ['on']\nexamples = ['on [X]']\ngap = 300\n";
    assert_found(
        &[("cues/a.toml", cue)],
        &[
            "E cues/a.toml:3:8: `befor` is no side; did you mean `before`?",
            "E cues/a.toml:7:7: `gap` is 300, outside of 0 to 255",
        ],
    );
}

#[test]
fn a_mistake_in_one_file_hides_none_in_another() {
    let broken = found(&[
        ("heads.toml", "[[head]\nid = 'h'\n"),
        ("stop.toml", "praise = ['new', 'new']\nterm = []\n"),
        ("cues/x.toml", "\u{1}"),
    ]);
    assert!(broken.iter().any(|problem| problem.starts_with("E heads.toml:1:")), "{broken:?}");
    assert!(
        broken.iter().any(|problem| problem == "E stop.toml:2:1: unknown key `term`; did you mean `terms`?"),
        "{broken:?}"
    );
    assert!(broken.iter().any(|problem| problem.starts_with("E cues/x.toml:1:")), "{broken:?}");
}

#[test]
fn unknown_types_and_relations() {
    let cue = "[[cue]]\nid = 'c'\nside = 'before'\ntype = 'Modle'\nrelation = 'train_on'\nphrases = ['on']\nexamples = ['on [X]']\n\
        [[cue]]\nid = 'd'\nside = 'before'\ntype = 'Model'\nrelation = 'trained_on'\nphrases = ['on']\nexamples = ['on [X]']\n\
        [[cue]]\nid = 'e'\nside = 'before'\nrelation = 'about'\nphrases = ['on']\nexamples = ['on [X]']\n";
    assert_found(
        &[("cues/a.toml", cue), ("lexicon/modell.csv", "name\nX\n")],
        &[
            "E cues/a.toml:4:8: no type in schema.toml has the label `Modle`; did you mean `Model`?",
            "E cues/a.toml:5:12: no relation in schema.toml has the id `train_on`; did you mean `trained_on`?",
            "E cues/a.toml:12:12: `trained_on` may not point to `Model`; it points to Dataset",
            "E cues/a.toml:18:12: `about` is no relation between a paper and an entity",
            "E lexicon/modell.csv:1:1: no type in schema.toml has the id `modell`; did you mean `model`?",
        ],
    );
}

#[test]
fn ids_are_unique_over_all_files_of_a_folder_only() {
    let pattern = "[[pattern]]\nid = 'h'\ntype = 'Model'\nregex = 'X'\nconfidence = 1\nexamples = ['[X]']\n";
    let files = [("heads.toml", HEAD), ("patterns/a.toml", pattern)];
    assert_found(&files, &["E heads.toml:2:6: the id `h` stands twice; first in patterns/a.toml:2"]);
    let upper = RuleFolder {
        layers: vec![Layer::new(BTreeMap::from([("heads.toml".to_owned(), Cow::Borrowed(HEAD.as_bytes()))]))],
    };
    assert_eq!(check(&folder(&[("heads.toml", HEAD)]).overlay(upper)), []);
}

#[test]
fn regular_expressions() {
    let pattern = |regex: &str, example: &str| {
        format!("[[pattern]]\nid = 'p'\ntype = 'Model'\nregex = '{regex}'\nconfidence = 1\nexamples = ['{example}']\n")
    };
    let wrong = |regex, example| found(&[("patterns/a.toml", &pattern(regex, example))]);
    assert_eq!(wrong("ab(c", "[x]"), ["E patterns/a.toml:4:12: the regular expression is wrong: unclosed group"]);
    assert_eq!(wrong("a)(b", "[x]"), ["E patterns/a.toml:4:11: the regular expression is wrong: unopened group"]);
    assert_eq!(
        wrong("x*", "[x]"),
        [
            "E patterns/a.toml:4:9: the expression matches the empty text, and so everywhere; make one of its parts not optional"
        ]
    );
    assert_eq!(wrong("X[0-9]", "On [X1] and X2."), ["E patterns/a.toml:6:13: `p` finds `X1`, `X2` here"]);
    assert_eq!(wrong("X[0-9]", "On [X1b]."), ["E patterns/a.toml:6:13: `p` finds nothing here"]);
    assert_eq!(
        wrong("X[0-9]", "On [X1."),
        [r"E patterns/a.toml:6:17: `[` is never closed; write `\[` for a plain bracket"]
    );
    assert_eq!(
        wrong("X", "none"),
        ["E patterns/a.toml:6:13: no part of the example is marked; put [brackets] around what the rule finds"]
    );
}

#[test]
fn cues_and_heads_that_can_never_match() {
    let cue = "[[cue]]\nid = 'c'\nside = 'after'\nexamples = ['x']\n\
        [[cue]]\nid = 'd'\nside = 'after'\nrelation = 'uses'\nverbs = ['win', 'set up']\nexamples = ['it wins [X] here']\n";
    assert_found(
        &[("cues/a.toml", cue)],
        &[
            "W cues/a.toml:2:6: the cue speaks for nothing; add `type`, `relation` or both; without them only a weight in weights.toml can use it",
            "E cues/a.toml:2:6: the cue can never match; add `verbs` or `phrases`",
            "E cues/a.toml:4:13: no part of the example is marked; put [brackets] around what the rule finds",
            "E cues/a.toml:9:17: `set up` is more than one word; put it, and its other forms, into `phrases`",
            "E cues/a.toml:10:13: no verb or phrase of `d` stands after `X`",
        ],
    );
    let heads = "[[head]]\nid = 'a'\ntype = 'Model'\nwords = ['net', 'of', '', 'two words']\nexamples = ['A [net of it].']\n\
        [[head]]\nid = 'b'\ntype = 'Dataset'\nclass_noun = true\nwords = ['net']\nexamples = ['The [X] net.']\n";
    assert_found(
        &[
            ("heads.toml", heads),
            ("stop.toml", "function_words = ['of']\npraise_in_terms = ['big']\nexamples = ['x]']\n"),
        ],
        &[
            "E heads.toml:4:17: `of` is a function word in stop.toml: no term ends in it",
            "E heads.toml:4:23: an empty word can never match",
            "E heads.toml:4:27: `two words` is more than one word: a head is the last word of a term",
            "E heads.toml:5:13: no word or ending of `a` stands at the end of `net of it`",
            "E heads.toml:10:10: `net` belongs to `a` already; a word has one class",
            "W stop.toml:2:20: `big` is no word of `praise`, so this says nothing",
            r"E stop.toml:3:15: `]` closes nothing; write `\]` for a plain bracket",
        ],
    );
}

#[test]
fn names_within_a_lexicon() {
    let rows = "name,aliases,case,broader,url\n\
        Alpha Net,alpha-nets|AN,,Beta,ftp://x\n\
        Beta,,no,Alpha Net,\n\
        Gamma,an,,Bta,\n\
        Adam,Lion|=Prodigy,,,\n";
    assert_found(
        &[("lexicon/model.csv", rows)],
        &[
            "W lexicon/model.csv:2:11: `alpha-nets` has the same form as another name of this row; letter case, hyphens and plurals need no aliases of their own",
            "W lexicon/model.csv:2:22: `AN` is a common English word; write `=AN` to find it with this letter case only, or `yes` in the column case for all forms",
            "E lexicon/model.csv:2:26: `Alpha Net` is broader than itself: Alpha Net → Beta → Alpha Net",
            "W lexicon/model.csv:2:31: `ftp://x` is no address; addresses begin with https://",
            "E lexicon/model.csv:3:7: `no` in the column case; write `yes` if letter case matters, else nothing",
            "W lexicon/model.csv:4:7: `an` is a common English word; write `=an` to find it with this letter case only, or `yes` in the column case for all forms",
            "E lexicon/model.csv:4:7: `an` names another entity of this lexicon already; `Alpha Net` in lexicon/model.csv:2; keep one",
            "W lexicon/model.csv:4:11: no row of this lexicon is named `Bta`; did you mean `Beta`?",
            "W lexicon/model.csv:5:6: `Lion` is a common English word; write `=Lion` to find it with this letter case only, or `yes` in the column case for all forms",
        ],
    );
}

#[test]
fn names_that_two_types_claim_need_a_decision() {
    let files = [("lexicon/dataset.csv", "name\nGlyde\n"), ("lexicon/model.csv", "name\nglyde\n=Glyde\n")];
    assert_found(
        &files,
        &[
            "E lexicon/model.csv:2:1: `glyde` is claimed by `dataset` too, in lexicon/dataset.csv:2; decide in ambiguous.toml: \"glyde\" = [\"Dataset\" or \"Model\"], or both to leave it to the text",
        ],
    );
    let [dataset, model] = files;
    assert_found(&[dataset, model, ("ambiguous.toml", "[names]\nGLYDE = ['Model', 'Dataset']\n")], &[]);
    assert_found(
        &[dataset, model, ("ambiguous.toml", "[names]\nglyde = ['Modell']\nslyde = ['Model']\nGlyde = []\n")],
        &[
            "E ambiguous.toml:2:10: no type has the label `Modell`; did you mean `Model`?",
            "W ambiguous.toml:3:1: `slyde` is not claimed by two lexicons: there is nothing to decide",
            "E ambiguous.toml:4:9: no type; name one type, or several to leave it to the text",
        ],
    );
}

#[test]
fn types_and_relations_fit_together() {
    let schema = SCHEMA.replace("['Model', 'Dataset']", "['Model', 'Datset']").replace(
        "'#000000'\ndescription = ''\n[[relation]]\nid = 'about'",
        "'black'\ndescription = ''\ndefault_for = ['Model']\n[[relation]]\nid = 'about'",
    );
    assert_found(
        &[("schema.toml", &schema)],
        &[
            "W schema.toml:9:9: no relation is the default for `Dataset`; name it in `default_for` of the relation that holds where no evidence speaks; default_for = [\"Dataset\"]",
            "E schema.toml:16:25: no type has the label `Datset`; did you mean `Dataset`?",
            "E schema.toml:23:9: `black` is not fit for `color`; Colour of the edge as `#rrggbb`.",
            "E schema.toml:25:15: `uses` is the default for `Model` already; a type has one default",
            "E schema.toml:25:16: `trained_on` is the default for `Model`, but may not point to it; add the type to `types`",
        ],
    );
}

#[test]
fn files_that_nothing_reads_and_a_missing_schema() {
    let mut layer = Layer::new(BTreeMap::new());
    layer.unknown = vec!["heds.toml".to_owned(), "cues/notes.txt".to_owned()];
    let problems: Vec<String> = check(&RuleFolder { layers: vec![layer] }).iter().map(ToString::to_string).collect();
    assert_eq!(
        problems,
        [
            "cues/notes.txt: nothing reads this file; files in this folder end in .toml",
            "heds.toml: nothing reads this file; did you mean `heads.toml`?",
            "schema.toml: no schema.toml in the default rules; it declares the types and relations",
        ]
    );
}
