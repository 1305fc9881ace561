// The example brings its own test: it runs here.
import '../../examples/ownOperator.test.js';
