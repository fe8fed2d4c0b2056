import { h } from 'vue';
import 'katex/dist/katex.min.css';
import DefaultTheme from 'vitepress/theme';
import ExplainedText from './ExplainedText.vue';
import './site.css';

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'home-hero-image': () => h(ExplainedText) }),
};
