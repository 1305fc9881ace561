// VitePress looks for the theme here.
export { default } from '../../browser/theme/index.ts';
