import type { CellName } from '../../recurrent/internal/RecurrentPass.js';
import { CELL_SHADERS, each, eachRow, rowsOfWgsl } from './cellShaders.js';
import type { RowsTogether } from './cellShaders.js';
import { PLAN_WGSL } from './directionPlan.js';

/** The parameters that determine the source of the shaders of a direction. */
export interface DirectionVariant {
  readonly cell: CellName;
  /** The number of hidden units, H. */
  readonly units: number;
  readonly rows: RowsTogether;
  /** The number of invocations per workgroup. */
  readonly invocations: number;
  /** Whether the run starts from given states or from zeros. */
  readonly fromState: boolean;
  /** Whether the output of every step is needed, or only the final states. */
  readonly outputs: boolean;
  /** Whether a backward pass may follow. */
  readonly reserve: boolean;
}

/** The cache key of the source of a variant. */
export const variantKey = (
  pass: 'forward' | 'backward',
  { cell, units, rows, invocations, fromState, outputs, reserve }: DirectionVariant,
): string => `${pass}_${cell}_${units}_${rows}_${invocations}_${Number(fromState)}${Number(outputs)}${Number(reserve)}`;

/** The constants of both passes of a direction. */
export const directionWgsl = ({ cell, units, rows, invocations }: DirectionVariant): string => `
      const ROWS = ${rows};
      const UNITS = ${units};
      const WIDTH = ${CELL_SHADERS[cell].gates * units};
      const KEPT = ${CELL_SHADERS[cell].kept};
      const INVOCATIONS = ${invocations};
      // Units of one invocation: they are INVOCATIONS apart.
      const OWN = ${Math.ceil(units / invocations)};
${rowsOfWgsl(rows)}
${PLAN_WGSL}`;

/** A WGSL expression for the rows of a workgroup that take part in a step. */
export const runningWgsl = (rows: RowsTogether): string =>
  rows === 1
    ? 'first < rows'
    : `vec${rows}<bool>(${Array.from({ length: rows }, (_, row) => `first + ${row} < rows`).join(', ')})`;

/**
 * One direction of a layer, forwards: each workgroup runs all steps of some rows, with their hidden states in its
 * shared memory.
 *
 * Inputs: `plan` (with the row of `a` of each pair), `a` = x·W_ihᵀ + b_ih, `weights` = W_hhᵀ [H, G·H], `bias` = b_hh,
 * and `h0`, `c0` if it starts from given states. The result holds the final states, with row r at `finalAt` +
 * r·`finalStep` (the cell states of an LSTM at `finalCellAt`); the outputs in the order of the pairs at `outputAt`; and
 * the reserve: the hidden states before each step [N, H] at `beforeAt`, and the values that the cell keeps [N, kept, H]
 * at `keptAt`.
 */
export const forwardCode = (variant: DirectionVariant): string => {
  const { cell, rows, fromState, outputs, reserve } = variant;
  const { gates, kept, forward } = CELL_SHADERS[cell];
  const lstm = cell === 'lstm';
  const keep = (of: (name: string) => string): string =>
    reserve ? each(kept, (k) => `result[uniforms.keptAt + (pair * KEPT + ${k}) * UNITS + unit] = ${of(`k${k}`)};`) : '';

  return `${directionWgsl(variant)}
      // The states before a step and after it, by turns.
      var<workgroup> states : array<Rows, 2 * UNITS>;
      var<workgroup> most : i32;

      fn main(index : i32) {
        let lane = i32(localIndex);
        let first = i32(workgroupId.x) * ROWS;
        ${lstm ? 'var cells : array<Rows, OWN>;' : ''}
        for (var own = 0; own < OWN; own++) {
          let unit = lane + own * INVOCATIONS;
          if (unit >= UNITS) { break; }
          var h = ZERO;
          var c = ZERO;
          ${
            fromState
              ? eachRow(
                  rows,
                  (row, of) => `
          if (first + ${row} < uniforms.batch) {
            let at = uniforms.initialAt + rowAt(first + ${row}) * UNITS + unit;
            ${of('h')} = h0[at];
            ${lstm ? `${of('c')} = c0[at];` : ''}
          }`,
                )
              : ''
          }
          states[unit] = h;
          ${lstm ? 'cells[own] = c;' : ''}
        }
        if (lane == 0) { most = stepsAt(first); }
        let steps = workgroupUniformLoad(&most);

        for (var step = 0; step < steps; step++) {
          let pairs = pairsBefore(step);
          let rows = pairsBefore(step + 1) - pairs;
          let running = ${runningWgsl(rows)};
          let now = (step & 1) * UNITS;
          let then = UNITS - now;
          for (var own = 0; own < OWN; own++) {
            let unit = lane + own * INVOCATIONS;
            if (unit >= UNITS) { break; }
            ${each(gates, (g) => `var a${g} = ZERO; var u${g} = Rows(bias[${g} * UNITS + unit]);`)}
            ${eachRow(
              rows,
              (row, of) => `
            if (first + ${row} < rows) {
              let at = ofPair(pairs + first + ${row}) * WIDTH + unit;
              ${each(gates, (g) => `${of(`a${g}`)} = a[at + ${g} * UNITS];`)}
            }`,
            )}
            if (${fromState ? 'true' : 'step > 0'}) {
              for (var k = 0; k < UNITS; k++) {
                let other = states[now + k];
                let at = k * WIDTH + unit;
                ${each(gates, (g) => `u${g} += other * weights[at + ${g} * UNITS];`)}
              }
            }
            let h = states[now + unit];
            ${lstm ? 'let c = cells[own];' : ''}
            ${forward}
            ${
              outputs || reserve
                ? eachRow(
                    rows,
                    (row, of) => `
            if (first + ${row} < rows) {
              let pair = pairs + first + ${row};
              ${outputs ? `result[uniforms.outputAt + pair * UNITS + unit] = ${of('next')};` : ''}
              ${reserve ? `result[uniforms.beforeAt + pair * UNITS + unit] = ${of('h')};` : ''}
              ${keep(of)}
            }`,
                  )
                : ''
            }
            // A row that has ended keeps its states.
            states[then + unit] = select(h, next, running);
            ${lstm ? 'cells[own] = select(c, nextC, running);' : ''}
          }
          workgroupBarrier();
        }

        for (var own = 0; own < OWN; own++) {
          let unit = lane + own * INVOCATIONS;
          if (unit >= UNITS) { break; }
          let h = states[(steps & 1) * UNITS + unit];
          ${lstm ? 'let c = cells[own];' : ''}
          ${eachRow(
            rows,
            (row, of) => `
          if (first + ${row} < uniforms.batch) {
            let at = rowAt(first + ${row}) * uniforms.finalStep + unit;
            result[uniforms.finalAt + at] = ${of('h')};
            ${lstm ? `result[uniforms.finalCellAt + at] = ${of('c')};` : ''}
          }`,
          )}
        }
      }`;
};
