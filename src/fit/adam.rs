//! Adam (Kingma and Ba 2015) with decoupled decay of weights (Loshchilov and Hutter 2019) and a step that falls to zero
//! along a straight line.

/// The state of the optimiser: averages of each gradient and of its square.
pub struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    step: u32,
    /// Length of the first step.
    pub rate: f32,
    /// Share of a weight that goes at each step of length 1.
    pub decay: f32,
}

const MEAN_DECAY: f32 = 0.9;
const SQUARE_DECAY: f32 = 0.99;

impl Adam {
    /// For so many weights.
    pub fn new(weights: usize, rate: f32, decay: f32) -> Self {
        Self { mean: vec![0.0; weights], square: vec![0.0; weights], step: 0, rate, decay }
    }

    /// Moves the weights against a gradient. `remaining` is the share of all steps that is still to come.
    pub fn step(&mut self, weights: &mut [f32], gradient: &[f32], remaining: f32) {
        self.step += 1;
        let corrected = |decay: f32| 1.0 - decay.powi(self.step.min(10_000) as i32);
        let (mean_scale, square_scale) = (corrected(MEAN_DECAY), corrected(SQUARE_DECAY));
        let rate = self.rate * remaining;
        let averages = self.mean.iter_mut().zip(&mut self.square);
        for ((weight, &slope), (mean, square)) in weights.iter_mut().zip(gradient).zip(averages) {
            *mean = MEAN_DECAY * *mean + (1.0 - MEAN_DECAY) * slope;
            *square = SQUARE_DECAY * *square + (1.0 - SQUARE_DECAY) * slope * slope;
            let length = *mean / mean_scale / ((*square / square_scale).sqrt() + 1e-6);
            *weight -= rate * (length + self.decay * *weight);
        }
    }
}
