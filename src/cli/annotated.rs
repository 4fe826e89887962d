//! Annotated papers: the annotations, and the texts that they are about.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use crate::corpus::{CorpusReader, Paper, ReadOptions, Source};
use crate::eval::{PaperEntities, read_entities};
use crate::fit::AnnotatedPaper;
use anyhow::{Context, bail};
use rustc_hash::FxHashMap;

/// Reads a file of entities, a paper a line.
pub fn read_entity_file(path: &Path) -> anyhow::Result<Vec<PaperEntities>> {
    let name = path.display().to_string();
    let file = File::open(path).with_context(|| format!("cannot read {name}"))?;
    Ok(read_entities(&name, BufReader::new(file))?)
}

/// The file with the texts of an annotation file: `dev.papers.jsonl` beside `dev.jsonl`.
pub fn papers_beside(gold: &Path) -> PathBuf {
    let name = gold.file_name().unwrap_or_default().to_string_lossy();
    let stem = name.strip_suffix(".jsonl").unwrap_or(&name);
    gold.with_file_name(format!("{stem}.papers.jsonl"))
}

/// The texts of annotated papers by id.
pub fn read_texts(path: &Path) -> anyhow::Result<FxHashMap<String, Paper>> {
    let reader = CorpusReader::open(vec![Source::Path(path.to_path_buf())], ReadOptions::default())?;
    let mut papers = FxHashMap::default();
    for result in reader {
        match result {
            Ok(paper) => papers.insert(paper.id.clone(), paper),
            Err(skipped) => bail!("{skipped}; annotated papers must be whole"),
        };
    }
    Ok(papers)
}

/// The annotated papers of a file, in its order. `papers` holds their texts, the file beside it if `None`.
pub fn read_annotated(gold: &Path, papers: Option<&Path>) -> anyhow::Result<Vec<AnnotatedPaper>> {
    let annotations = read_entity_file(gold)?;
    let beside = papers_beside(gold);
    let path = papers.unwrap_or(&beside);
    let mut texts = read_texts(path)
        .context(format!("the texts of {} are needed; name their file with --papers FILE", gold.display()))?;
    annotations
        .iter()
        .map(|annotation| {
            let paper = texts.remove(&annotation.id).with_context(|| {
                format!(
                    "{}: no paper with the id {}, which {} annotates",
                    path.display(),
                    annotation.id,
                    gold.display()
                )
            })?;
            Ok(AnnotatedPaper { paper, gold: annotation.gold(), others: None })
        })
        .collect()
}
