//! What people look at: `report.md` with its pictures, and the page of `eval --html`.
//!
//! Whatever a name is made of, it is shown and nothing more: no markup, no link and no script comes of it. The readers
//! are those that other programs show such files with.

mod cases;
mod common;

use std::collections::BTreeSet;
use std::fs;

use html5gum::{Token, Tokenizer};
use papergraph::corpus::{Field, Paper};
use papergraph::eval::{JudgedPaper, ReadEntity, ReadMention, match_entities, page};
use papergraph::export::{ExportOptions, Format, write_outputs};
use papergraph::graph::KnowledgeGraph;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use quick_xml::events::Event as XmlEvent;

/// What GitHub and most programs add to plain Markdown.
const EXTENSIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_FOOTNOTES)
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_MATH)
    .union(Options::ENABLE_GFM);

/// Markup that somebody might hide in a title.
const HOSTILE: [&str; 14] = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"><svg onload=alert(1)>",
    "' onmouseover='alert(1)",
    "[a link](javascript:alert(1))",
    "![a picture](https://example.org/spy.png)",
    "<https://example.org>",
    "| another | cell |",
    "` code ` and ``` more",
    "# a heading",
    "- a list",
    "1. a list",
    "]]> <!-- &#60;b&#62; -->",
    "[^1] $x$ ~~gone~~ **bold** _thin_ \\",
];

fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(HOSTILE.to_vec()).prop_map(str::to_owned),
        "[<>&\"'`|\\[\\]()!*_~$#+.:=\\\\\n -]{1,6}",
        "\\PC{1,6}",
    ];
    prop::collection::vec(piece, 1..5).prop_map(|pieces| pieces.concat())
}

/// What a reader of Markdown shows: without white space, since lines may break anywhere.
#[derive(Default)]
struct Markdown {
    shown: String,
    /// Tags that begin, by kind; pictures with their addresses.
    kinds: BTreeSet<String>,
    columns: Vec<usize>,
}

fn without_white_space(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// What formats leave out, said once more and independently of the code.
fn readable(text: &str) -> String {
    let kept = |c: &char| matches!(c, ' '..='~' | '\u{80}'..='\u{fffd}' | '\u{10000}'..);
    without_white_space(&text.chars().filter(kept).collect::<String>())
}

fn read_markdown(text: &str) -> Markdown {
    let mut read = Markdown::default();
    let mut cells = 0;
    for event in Parser::new_ext(text, EXTENSIONS) {
        match event {
            Event::Start(tag) => {
                let kind = match &tag {
                    Tag::Image { dest_url, .. } => format!("picture {dest_url}"),
                    Tag::Heading { .. } => "heading".to_owned(),
                    other => format!("{other:?}").chars().take_while(|c| c.is_alphabetic()).collect(),
                };
                read.kinds.insert(kind);
            }
            Event::End(TagEnd::TableCell) => cells += 1,
            Event::End(TagEnd::TableRow | TagEnd::TableHead) => read.columns.push(std::mem::take(&mut cells)),
            Event::End(_) | Event::SoftBreak => {}
            Event::Text(text) | Event::Code(text) => read.shown.push_str(&without_white_space(&text)),
            other => drop(read.kinds.insert(format!("{other:?}"))),
        }
    }
    read
}

/// The text of a picture, which must have nothing but shapes and text in it.
fn read_picture(svg: &str) {
    let mut reader = quick_xml::Reader::from_str(svg);
    loop {
        match reader.read_event().unwrap() {
            XmlEvent::Start(element) | XmlEvent::Empty(element) => {
                let name = element.name().as_ref().to_owned();
                let known = ["svg", "g", "title", "desc", "style", "rect", "circle", "line", "path", "text", "tspan"];
                assert!(known.contains(&name.as_str()), "<{name}> in a picture");
                for attribute in element.attributes() {
                    let key = attribute.unwrap().key.as_ref().to_owned();
                    assert!(!key.starts_with("on") && !key.contains("href"), "{key} in a picture");
                }
            }
            XmlEvent::Eof => return,
            _ => {}
        }
    }
}

/// The report on a graph shows its names in the same structure as that on a graph of plain names.
fn check_report(graph: &KnowledgeGraph, names: &[String]) {
    let folder = tempfile::tempdir().unwrap();
    write_outputs(graph, folder.path(), &[Format::Report], &ExportOptions::default()).unwrap();
    let text = fs::read_to_string(folder.path().join("report.md")).unwrap();
    let read = read_markdown(&text);
    for name in names {
        assert!(read.shown.contains(&readable(name)), "{name:?} is not shown in\n{text}");
    }
    let allowed = [
        "Heading",
        "heading",
        "Paragraph",
        "Table",
        "TableHead",
        "TableRow",
        "TableCell",
        "List",
        "Item",
        "picture pictures/topics.svg",
        "picture pictures/years.svg",
        "picture pictures/entities.svg",
    ];
    let other: Vec<&String> = read.kinds.iter().filter(|kind| !allowed.contains(&kind.as_str())).collect();
    assert!(other.is_empty(), "{other:?} in\n{text}");
    assert!(read.columns.iter().all(|count| (3..=6).contains(count)), "{:?} columns in\n{text}", read.columns);
    for picture in ["topics", "years", "entities"] {
        if let Ok(svg) = fs::read_to_string(folder.path().join(format!("pictures/{picture}.svg"))) {
            read_picture(&svg);
        }
    }
}

/// A graph of papers, models and a topic with these names, and with a type that is called like the first.
fn graph_of(names: &[String]) -> KnowledgeGraph {
    let mut graph = common::empty();
    graph.schema.types[0].plural = names[0].clone();
    graph.schema.relations[0].label = names[0].clone();
    graph.rule_ids.push("rule".into());
    let facts = papergraph::graph::TopicFacts { papers: 1, ..Default::default() };
    common::add(&mut graph, "topic:t", &names[0], papergraph::graph::NodeKind::Topic(Box::new(facts)));
    for (number, name) in names.iter().enumerate() {
        let (paper, model) = (format!("paper:{number}"), format!("model:{number}"));
        common::add_paper(&mut graph, &paper, name, Some(2020 + number as i32));
        common::add_entity(&mut graph, &model, name, "Model");
        common::link(&mut graph, &paper, "uses", &model);
        common::link(&mut graph, &paper, "about", "topic:t");
    }
    for node in graph.graph.node_weights_mut() {
        node.analysis.topic = Some(names[0].as_str().into());
    }
    graph
}

/// What a browser shows of a page, and the tags and attributes that it has.
fn read_html(html: &str) -> (String, BTreeSet<String>) {
    let (mut shown, mut tags) = (String::new(), BTreeSet::new());
    for token in Tokenizer::new(html) {
        let Ok(token) = token;
        match token {
            Token::StartTag(tag) => {
                let name = String::from_utf8(tag.name.0.clone()).unwrap();
                for attribute in tag.attributes.keys() {
                    tags.insert(format!("{name} {}", String::from_utf8_lossy(attribute)));
                }
                tags.insert(name);
            }
            Token::String(text) => shown.push_str(&String::from_utf8_lossy(&text)),
            Token::Comment(comment) => drop(tags.insert(format!("comment {comment:?}"))),
            _ => {}
        }
    }
    (shown, tags)
}

fn check_page(title: &str, text: &str, name: &str) {
    let paper = Paper { id: name.into(), title: title.into(), abstract_text: text.into(), ..Paper::default() };
    let entity = |surface: &str, start, end| ReadEntity {
        entity_type: name.into(),
        relation: name.into(),
        name: Some(surface.into()),
        surfaces: vec![surface.into()],
        mentions: vec![ReadMention {
            text: surface.into(),
            field: Some(Field::Abstract),
            start,
            end,
            rule: name.into(),
        }],
    };
    let middle = (0..=text.len() / 2).rev().find(|at| text.is_char_boundary(*at)).unwrap();
    let gold = [entity(title, 0, 0), entity(&text[middle..], middle, text.len())];
    let predicted = [entity(&text[..middle], 0, middle)];
    let read = |entities: &[ReadEntity]| papergraph::eval::PaperEntities { id: name.into(), entities: entities.into() };
    let matching = match_entities(&read(&gold).gold().entities, &read(&predicted).predicted());
    let judged = JudgedPaper { paper: &paper, gold: &gold, predicted: &predicted, matching: &matching };
    let html = page(name, &[judged]);
    let (shown, tags) = read_html(&html);
    // A browser reads a carriage return as a line feed, and shows NUL as a replacement.
    let as_shown = |text: &str| text.replace("\r\n", "\n").replace(['\r', '\0'], "\n");
    let shown = as_shown(&shown).replace('\u{fffd}', "\n");
    for text in [title, text, name] {
        assert!(shown.contains(&as_shown(text).replace('\u{fffd}', "\n")), "{text:?} is not shown in\n{html}");
    }
    let allowed = [
        "html",
        "html lang",
        "head",
        "meta",
        "meta charset",
        "meta name",
        "meta content",
        "title",
        "style",
        "body",
        "h1",
        "h2",
        "p",
        "pre",
        "small",
        "span",
        "span class",
        "span title",
    ];
    let other: Vec<&String> = tags.iter().filter(|tag| !allowed.contains(&tag.as_str())).collect();
    assert!(other.is_empty(), "{other:?} in\n{html}");
}

#[test]
fn hostile_names_are_shown_in_the_report() {
    let names = HOSTILE.map(str::to_owned);
    for first in 0..names.len() {
        let mut names = names.to_vec();
        names.rotate_left(first);
        // Tables name ten of a kind at most.
        names.truncate(4);
        check_report(&graph_of(&names), &names);
    }
}

#[test]
fn hostile_names_are_shown_in_the_page_of_an_evaluation() {
    for (number, text) in HOSTILE.iter().enumerate() {
        check_page(text, HOSTILE[(number + 1) % HOSTILE.len()], HOSTILE[(number + 2) % HOSTILE.len()]);
    }
}

proptest! {
    #![proptest_config(cases::few_or_as_asked(48))]

    #[test]
    fn any_name_is_shown_in_the_report(names in prop::collection::vec(hostile(), 1..4)) {
        check_report(&graph_of(&names), &names);
    }

    #[test]
    fn any_text_is_shown_in_the_page_of_an_evaluation(title in hostile(), text in hostile(), name in hostile()) {
        check_page(&title, &text, &name);
    }
}
