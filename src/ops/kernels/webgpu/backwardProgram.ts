import { CELL_SHADERS, each, eachRow } from './cellShaders.js';
import { directionWgsl, runningWgsl } from './forwardProgram.js';
import type { DirectionVariant } from './forwardProgram.js';

/**
 * One direction of a layer, backwards: each workgroup propagates the gradients of some rows back through all their
 * steps. Only dh = du·W_hh must be computed step by step.
 *
 * Inputs: `plan` (with the place of each pair in the batch, if outputs have gradients), `saved` (the result of the
 * forward pass), `weights` = W_hh [G·H, H], `dHidden`, and `dCell`, `dOutput` if they exist. The result holds da [N,
 * G·H] at `daAt`, du of the same shape at `duAt` if it differs from da, and the gradients of the initial states [B, H]
 * at `initialAt` and `initialCellAt`.
 */
export const backwardCode = (variant: DirectionVariant, hasCell: boolean): string => {
  const { cell, rows, fromState, outputs } = variant;
  const { gates, kept, sumsInputs, backward } = CELL_SHADERS[cell];
  const lstm = cell === 'lstm';
  return `${directionWgsl(variant)}
      var<workgroup> dus : array<Rows, WIDTH>;
      var<workgroup> most : i32;

      fn main(index : i32) {
        let lane = i32(localIndex);
        let first = i32(workgroupId.x) * ROWS;
        var dhs : array<Rows, OWN>;
        ${lstm ? 'var dcs : array<Rows, OWN>;' : ''}
        for (var own = 0; own < OWN; own++) {
          let unit = lane + own * INVOCATIONS;
          if (unit >= UNITS) { break; }
          var dh = ZERO;
          var dc = ZERO;
          ${eachRow(
            rows,
            (row, of) => `
          if (first + ${row} < uniforms.batch) {
            let at = uniforms.finalAt + rowAt(first + ${row}) * uniforms.finalStep + unit;
            ${of('dh')} = dHidden[at];
            ${lstm && hasCell ? `${of('dc')} = dCell[at];` : ''}
          }`,
          )}
          dhs[own] = dh;
          ${lstm ? 'dcs[own] = dc;' : ''}
        }
        if (lane == 0) { most = stepsAt(first); }
        let steps = workgroupUniformLoad(&most);

        for (var step = steps - 1; step >= 0; step--) {
          let pairs = pairsBefore(step);
          let rows = pairsBefore(step + 1) - pairs;
          let running = ${runningWgsl(rows)};
          for (var own = 0; own < OWN; own++) {
            let unit = lane + own * INVOCATIONS;
            if (unit >= UNITS) { break; }
            var d = dhs[own];
            var h = ZERO;
            ${lstm ? 'let dc = dcs[own];' : ''}
            ${each(kept, (k) => `var k${k} = ZERO;`)}
            ${eachRow(
              rows,
              (row, of) => `
            if (first + ${row} < rows) {
              let pair = pairs + first + ${row};
              ${outputs ? `${of('d')} += dOutput[uniforms.outputAt + ofPair(pair) * uniforms.outputStep + unit];` : ''}
              ${of('h')} = saved[uniforms.beforeAt + pair * UNITS + unit];
              ${each(kept, (k) => `${of(`k${k}`)} = saved[uniforms.keptAt + (pair * KEPT + ${k}) * UNITS + unit];`)}
            }`,
            )}
            ${backward}
            ${eachRow(
              rows,
              (row, of) => `
            if (first + ${row} < rows) {
              let at = (pairs + first + ${row}) * WIDTH + unit;
              ${each(gates, (g) => `result[uniforms.daAt + at + ${g} * UNITS] = ${of(`da${g}`)};`)}
              ${sumsInputs ? '' : each(gates, (g) => `result[uniforms.duAt + at + ${g} * UNITS] = ${of(`du${g}`)};`)}
            }`,
            )}
            // A row that has ended before this step waits with the gradients of its final states.
            ${each(gates, (g) => `dus[${g} * UNITS + unit] = select(ZERO, du${g}, running);`)}
            dhs[own] = select(dhs[own], before, running);
            ${lstm ? 'dcs[own] = select(dc, beforeC, running);' : ''}
          }
          workgroupBarrier();
          if (${fromState ? 'true' : 'step > 0'}) {
            for (var own = 0; own < OWN; own++) {
              let unit = lane + own * INVOCATIONS;
              if (unit >= UNITS) { break; }
              var dh = dhs[own];
              for (var k = 0; k < WIDTH; k++) { dh += dus[k] * weights[k * UNITS + unit]; }
              dhs[own] = dh;
            }
          }
          workgroupBarrier();
        }
        ${
          fromState
            ? `
        for (var own = 0; own < OWN; own++) {
          let unit = lane + own * INVOCATIONS;
          if (unit >= UNITS) { break; }
          let dh = dhs[own];
          ${lstm ? 'let dc = dcs[own];' : ''}
          ${eachRow(
            rows,
            (row, of) => `
          if (first + ${row} < uniforms.batch) {
            let at = rowAt(first + ${row}) * UNITS + unit;
            result[uniforms.initialAt + at] = ${of('dh')};
            ${lstm ? `result[uniforms.initialCellAt + at] = ${of('dc')};` : ''}
          }`,
          )}
        }`
            : ''
        }
      }`;
};
