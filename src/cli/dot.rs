//! `papergraph dot` and `papergraph render`: drawings of a built graph, or of a part of it.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

use super::output::{self, say};
use super::{Global, Outcome, ask};
use crate::export::{DotOptions, to_dot};

/// Draw a built graph, or a part of it, in the language of Graphviz
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph dot --around LoRA | dot -Tsvg > lora.svg
  papergraph dot --topic \"image segmentation\" --max-nodes 80 --output topic.dot
  papergraph dot --family Llama --timeline")]
pub struct Dot {
    #[command(flatten)]
    drawing: Drawing,
    /// Write to FILE instead of standard output
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Draw a built graph, or a part of it, as a picture; needs Graphviz
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  papergraph render lora.svg --around LoRA
  papergraph render topic.pdf --topic \"image segmentation\"
  papergraph render family.png --family Llama --timeline")]
pub struct Render {
    /// The picture; its ending tells the format (svg, pdf, png ...)
    #[arg(value_name = "PICTURE", default_value = "graph.svg")]
    picture: PathBuf,
    #[command(flatten)]
    drawing: Drawing,
}

/// What part of a graph is drawn.
#[derive(Clone, Debug, clap::Args)]
struct Drawing {
    /// The graph to draw, as `papergraph build` wrote it
    #[arg(long, value_name = "FILE", default_value = "out/graph.json")]
    graph: PathBuf,
    /// Only this topic: a label, a part of one, or an id
    #[arg(long, value_name = "TOPIC", group = "part")]
    topic: Option<String>,
    /// Only what is near this node: an id, a name, or an alias
    #[arg(long, value_name = "NODE", group = "part")]
    around: Option<String>,
    /// How near, in steps
    #[arg(long, value_name = "N", requires = "around", default_value_t = 1)]
    hops: u32,
    /// Only the family of this entity: what it is a version of, and its versions
    #[arg(long, value_name = "ENTITY", group = "part")]
    family: Option<String>,
    /// Draw at most N nodes, the most telling ones
    #[arg(long, value_name = "N", default_value_t = 150, value_parser = clap::value_parser!(u32).range(1..))]
    max_nodes: u32,
    /// Years from left to right
    #[arg(long)]
    timeline: bool,
}

impl Drawing {
    fn dot(&self) -> anyhow::Result<String> {
        let graph = ask::load(&self.graph)?;
        // Names are found as all questions find them: by id, name or alias, whatever their letter case.
        let id = |name: &String| -> anyhow::Result<String> {
            let found = ask::meant(&graph, name)?;
            Ok(graph.graph[found.index].id.to_string())
        };
        let options = DotOptions {
            topic: self.topic.clone(),
            around: match &self.around {
                Some(name) => Some((id(name)?, self.hops)),
                None => None,
            },
            family: self.family.as_ref().map(id).transpose()?,
            max_nodes: self.max_nodes as usize,
            timeline: self.timeline,
        };
        Ok(to_dot(&graph, &options)?)
    }
}

impl Dot {
    pub fn run(&self) -> anyhow::Result<Outcome> {
        let text = self.drawing.dot()?;
        match &self.output {
            Some(path) => output::write_file(path, text.as_bytes())?,
            None => output::print(&text)?,
        }
        Ok(Outcome::Done)
    }
}

impl Render {
    pub fn run(&self, global: &Global) -> anyhow::Result<Outcome> {
        let format = picture_format(&self.picture)?;
        let text = self.drawing.dot()?;
        let picture = graphviz(&format, &text)?;
        output::write_file(&self.picture, &picture)?;
        if !global.quiet {
            say(&format!("drawn to {}", self.picture.display()));
        }
        Ok(Outcome::Done)
    }
}

/// The format that a picture's ending names. Graphviz knows which formats it has.
fn picture_format(picture: &Path) -> anyhow::Result<String> {
    let is_format = |ending: &&str| !ending.is_empty() && ending.chars().all(|c| c.is_ascii_alphanumeric());
    match picture.extension().and_then(OsStr::to_str).filter(is_format) {
        Some(ending) => Ok(ending.to_ascii_lowercase()),
        None => bail!(
            "{}: the ending tells the format of the picture; use one such as .svg, .pdf or .png",
            picture.display()
        ),
    }
}

/// Has Graphviz draw a picture.
fn graphviz(format: &str, dot: &str) -> anyhow::Result<Vec<u8>> {
    let child = Command::new("dot")
        .arg(format!("-T{format}"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let mut child = match child {
        Ok(child) => child,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => bail!(
            "Graphviz is not installed: there is no program `dot`. Install it (`apt install graphviz`, \
             `brew install graphviz`, `winget install graphviz`), or draw elsewhere with what `papergraph dot` writes"
        ),
        Err(error) => return Err(error).context("Graphviz' program `dot` cannot be run"),
    };
    // Written from a thread of its own: Graphviz may write before it has read all, and both would wait for each other.
    let stdin = child.stdin.take();
    let output = std::thread::scope(|scope| {
        scope.spawn(move || {
            // Where Graphviz stops reading, it says why on its standard error.
            if let Some(mut stdin) = stdin {
                let _ = stdin.write_all(dot.as_bytes());
            }
        });
        child.wait_with_output()
    })
    .context("Graphviz' program `dot` cannot be run")?;
    if !output.status.success() {
        bail!("Graphviz could not draw the graph: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(output.stdout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ending_tells_the_format() {
        assert_eq!(picture_format(Path::new("a/b.SVG")).unwrap(), "svg");
        for bad in ["graph", "x.-o", "x."] {
            assert!(picture_format(Path::new(bad)).is_err(), "{bad}");
        }
    }
}
