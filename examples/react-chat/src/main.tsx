import { AutumnProvider } from 'autumn-js/react';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App';
import './style.css';

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <AutumnProvider>
      <App />
    </AutumnProvider>
  </StrictMode>,
);
