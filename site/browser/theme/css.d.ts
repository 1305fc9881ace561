/// <reference types="vitepress/client" />
declare module '*.css';
