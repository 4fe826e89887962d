//! Minimising a smooth convex function by limited-memory BFGS (Nocedal and Wright, "Numerical Optimization", algorithm
//! 7.4) with a backtracking line search.

use std::collections::VecDeque;

/// Past steps that the curvature is estimated from.
const MEMORY: usize = 8;

/// Minimises `function`, which gives the value and writes the gradient, from `start` in at most `steps` steps.
pub fn minimise(start: Vec<f32>, steps: usize, mut function: impl FnMut(&[f32], &mut [f32]) -> f64) -> Vec<f32> {
    let size = start.len();
    let mut x = start;
    let mut gradient = vec![0.0f32; size];
    let mut value = function(&x, &mut gradient);
    let mut history: VecDeque<(Vec<f32>, Vec<f32>, f64)> = VecDeque::new();
    for step in 0..steps {
        let norm = dot(&gradient, &gradient).sqrt();
        if norm < 1e-4 * dot(&x, &x).sqrt().max(1.0) {
            break;
        }
        let mut direction = descent(&gradient, &history);
        let mut slope = dot(&gradient, &direction);
        if slope >= 0.0 {
            history.clear();
            direction = gradient.iter().map(|g| -g).collect();
            slope = -norm * norm;
        }
        let mut length = if step == 0 { (1.0 / norm).min(1.0) } else { 1.0 };
        let mut next_gradient = vec![0.0f32; size];
        let accepted = (0..25).find_map(|_| {
            let next: Vec<f32> = x.iter().zip(&direction).map(|(x, d)| x + length as f32 * d).collect();
            let next_value = function(&next, &mut next_gradient);
            if next_value <= value + 1e-4 * length * slope {
                return Some((next, next_value));
            }
            length /= 2.0;
            None
        });
        let Some((next, next_value)) = accepted else {
            break;
        };
        let moved: Vec<f32> = next.iter().zip(&x).map(|(a, b)| a - b).collect();
        let turned: Vec<f32> = next_gradient.iter().zip(&gradient).map(|(a, b)| a - b).collect();
        let curvature = dot(&moved, &turned);
        if curvature > 1e-10 {
            if history.len() == MEMORY {
                history.pop_front();
            }
            history.push_back((moved, turned, curvature));
        }
        let progress = value - next_value;
        (x, value, gradient) = (next, next_value, next_gradient);
        if progress < 1e-6 * value.abs() {
            break;
        }
    }
    x
}

/// The direction of descent: minus the estimated inverse Hessian times the gradient.
fn descent(gradient: &[f32], history: &VecDeque<(Vec<f32>, Vec<f32>, f64)>) -> Vec<f32> {
    let mut q: Vec<f32> = gradient.iter().map(|g| -g).collect();
    let mut alphas = Vec::with_capacity(history.len());
    for (moved, turned, curvature) in history.iter().rev() {
        let alpha = dot(moved, &q) / curvature;
        add_scaled(&mut q, turned, -alpha);
        alphas.push(alpha);
    }
    if let Some((_, turned, curvature)) = history.back() {
        let scale = (curvature / dot(turned, turned)) as f32;
        q.iter_mut().for_each(|value| *value *= scale);
    }
    for ((moved, turned, curvature), alpha) in history.iter().zip(alphas.iter().rev()) {
        let beta = dot(turned, &q) / curvature;
        add_scaled(&mut q, moved, alpha - beta);
    }
    q
}

fn dot(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

fn add_scaled(sum: &mut [f32], values: &[f32], scale: f64) {
    for (sum, value) in sum.iter_mut().zip(values) {
        *sum += scale as f32 * value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_minimum_of_a_bowl() {
        let found = minimise(vec![5.0, -3.0, 1.0], 50, |x, gradient| {
            let scales = [1.0f32, 10.0, 100.0];
            let mut value = 0.0;
            for (i, scale) in scales.iter().enumerate() {
                let off = x[i] - i as f32;
                gradient[i] = 2.0 * scale * off;
                value += f64::from(scale * off * off);
            }
            value
        });
        for (i, value) in found.iter().enumerate() {
            assert!((value - i as f32).abs() < 1e-2, "{found:?}");
        }
    }
}
