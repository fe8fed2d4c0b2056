// Stands in for the `@webgpu/types` that TensorFlow.js 4 refers to, in projects that extend `tfjs-types.json`: that release
// declares what TypeScript 6 and later declare too, and differently. Interfaces merge, so where a project has a type of the
// DOM it is whole, and where it has none TensorFlow.js's declarations still hold.
/// <reference types="long" />
interface GPUBuffer {}
interface HTMLCanvasElement {}
interface HTMLImageElement {}
interface HTMLSourceElement {}
interface HTMLVideoElement {}
interface IDBFactory {}
interface ImageBitmap {}
interface ImageData {}
interface Navigator {}
interface Storage {}
interface WebGLContextAttributes {}
interface WebGLTexture {}
