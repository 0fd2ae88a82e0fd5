import './style/fonts.css';
import './style/base.css';
import './style/frame.css';
import './style/controls.css';
import './style/why.css';
import './style/pictures.css';
import './style/results.css';
import './style/map.css';
import './style/model.css';
import { render } from 'preact';
import { App } from './app';

render(<App />, document.getElementById('page')!);
