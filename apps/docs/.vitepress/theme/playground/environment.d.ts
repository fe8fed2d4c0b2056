/// <reference types="vite/client" />

declare module 'virtual:site-models' {
  /** A model that the site has. */
  export interface SiteModel {
    /** Of its package. */
    readonly name: string;
    readonly url: string;
    readonly bytes: number;
  }
  export const siteModels: {
    readonly classifier?: SiteModel;
    readonly languageModel?: SiteModel;
  };
}
